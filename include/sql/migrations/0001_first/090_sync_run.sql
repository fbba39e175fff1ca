-- One run of a use case on one workspace: what it did, its ledger and its calls to QuickBooks.
CREATE TABLE qbo_sync.sync_run (
  run_id        text        NOT NULL,
  workspace_id  bigint      NOT NULL,
  job           text        NOT NULL,      -- post, import, reconcile, backfill
  started_at    timestamptz NOT NULL DEFAULT now(),
  finished_at   timestamptz,
  counts        jsonb       NOT NULL DEFAULT '{}',
  calls         jsonb       NOT NULL DEFAULT '{}',
  finalised     bigint,
  synced        bigint,
  waiting       bigint,
  listed        bigint,
  excluded      bigint,
  success       boolean,
  message       text,
  PRIMARY KEY (run_id, workspace_id, job)
)
