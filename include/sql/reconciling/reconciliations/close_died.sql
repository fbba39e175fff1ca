-- Reconciliations without an end that died; under the workspace's lock.
UPDATE qbo_sync.reconciliation_run
SET finished_at = clock_timestamp(), success = false
WHERE workspace_id = %(workspace_id)s AND finished_at IS NULL AND run_id <> %(run_id)s
