-- When each scheduled job last succeeded in each practice that should be running.
-- A practice counts from the moment it was (re)connected: before that nothing could run.
-- Grain:   one row per workspace and job
-- Order:   workspace_id, job
-- Params:  jobs text[]
-- Columns: workspace_id | job | status text: the connection's | last_success_at, last_failure_at, quiet_since   timestamptz
--          last_message text: of the last failed run
SELECT c.workspace_id, j.job, c.status, good.finished_at AS last_success_at, bad.started_at AS last_failure_at,
       bad.message AS last_message, greatest(c.connected_at, good.finished_at) AS quiet_since
FROM qbo_sync.connection c
CROSS JOIN unnest(%(jobs)s::text[]) AS j (job)
LEFT JOIN LATERAL (
  SELECT r.finished_at
  FROM qbo_sync.sync_run r
  WHERE r.workspace_id = c.workspace_id AND r.job = j.job AND r.success
  ORDER BY r.started_at DESC
  LIMIT 1
) good ON true
LEFT JOIN LATERAL (
  SELECT r.started_at, r.message
  FROM qbo_sync.sync_run r
  WHERE r.workspace_id = c.workspace_id AND r.job = j.job AND r.success IS NOT TRUE
    AND (good.finished_at IS NULL OR r.started_at > good.finished_at)
  ORDER BY r.started_at DESC
  LIMIT 1
) bad ON true
WHERE c.status <> 'disconnected'
ORDER BY c.workspace_id, j.job
