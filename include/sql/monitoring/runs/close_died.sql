-- Records of earlier runs that have no end, and nobody left to write one: the caller holds the workspace's lock, under
-- which these jobs run. The run's own records stay open: one that is tried again continues them.
UPDATE qbo_sync.sync_run
SET finished_at = now(), success = false, message = %(message)s
WHERE workspace_id = %(workspace_id)s AND finished_at IS NULL AND run_id <> %(run_id)s
  AND job IN ('post', 'import', 'reconcile', 'backfill')
