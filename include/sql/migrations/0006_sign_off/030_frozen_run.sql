-- Which reconciliation the comparison was frozen for. Unlogged as the comparison is: after a crash of the server both
-- are empty, and nothing can be signed on what is no longer there.
CREATE UNLOGGED TABLE qbo_sync.frozen_run (
  workspace_id  bigint PRIMARY KEY,
  run_id        text   NOT NULL,
  realm_id      text   NOT NULL
)
