-- One reconciliation run with its checks.
-- Params:  workspace_id bigint, run_id text
SELECT run_id, started_at, finished_at, full_compare, documents_checked, differences, finalised, synced, waiting, listed,
       excluded, success, checks, calls, signed_at, signed_by, signed_through
FROM qbo_sync.reconciliation_run
WHERE workspace_id = %(workspace_id)s AND run_id = %(run_id)s
