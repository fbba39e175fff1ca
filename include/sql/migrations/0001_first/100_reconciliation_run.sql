CREATE TABLE qbo_sync.reconciliation_run (
  run_id             text        NOT NULL,
  workspace_id       bigint      NOT NULL,
  started_at         timestamptz NOT NULL DEFAULT now(),
  finished_at        timestamptz,
  full_compare       boolean     NOT NULL DEFAULT false,
  documents_checked  bigint,
  differences        bigint,
  finalised          bigint,
  synced             bigint,
  waiting            bigint,
  listed             bigint,
  excluded           bigint,
  success            boolean,                     -- every check ran and no difference was found
  checks             jsonb       NOT NULL DEFAULT '[]',    -- the expectations with their verdicts and counts
  calls              jsonb       NOT NULL DEFAULT '{}',
  report             jsonb       NOT NULL DEFAULT '{}',    -- what the report shows beside the differences
  signed_at          timestamptz,
  signed_by          text,
  PRIMARY KEY (run_id, workspace_id)
)
