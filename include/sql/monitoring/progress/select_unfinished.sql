-- The newest runs of a workspace that have no end.
-- Grain:   at most one row per job
-- Order:   the newest first
-- Params:  workspace_id bigint
SELECT r.run_id, j.job, r.started_at
FROM (VALUES ('post'), ('import'), ('reconcile'), ('backfill')) AS j (job)
CROSS JOIN LATERAL (
  SELECT run_id, started_at, finished_at
  FROM qbo_sync.sync_run
  WHERE workspace_id = %(workspace_id)s AND job = j.job
  ORDER BY started_at DESC
  LIMIT 1
) r
WHERE r.finished_at IS NULL
ORDER BY r.started_at DESC
