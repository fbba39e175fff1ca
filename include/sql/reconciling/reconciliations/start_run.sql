-- Begin a reconciliation; a repeated run of the same id starts over, and was not signed: sign_off keeps who signed what
-- the earlier one saw.
INSERT INTO qbo_sync.reconciliation_run (run_id, workspace_id, full_compare)
VALUES (%(run_id)s, %(workspace_id)s, %(full_compare)s)
ON CONFLICT (run_id, workspace_id) DO UPDATE
SET started_at = now(), finished_at = NULL, full_compare = excluded.full_compare, success = NULL,
    signed_at = NULL, signed_by = NULL, signed_through = NULL
