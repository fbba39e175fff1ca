-- Scheduled jobs without a successful run for too long, in each practice that should be running. A practice
-- counts from the moment it was (re)connected: before that nothing could run. One row per workspace and job.
-- Params:  limits: one for each job
-- Columns: last_message: of the last failed run
SELECT c.workspace_id, j.job, greatest(c.connected_at, good.finished_at) AS since,
       c.status = 'needs_reconnect' AS needs_reconnect, bad.message AS last_message
FROM qbo_sync.connection c
CROSS JOIN unnest(%(jobs)s::text[], %(limits)s::interval[]) AS j (job, quiet_at_most)
LEFT JOIN LATERAL (
  SELECT r.finished_at
  FROM qbo_sync.sync_run r WHERE r.workspace_id = c.workspace_id AND r.job = j.job AND r.success
  ORDER BY r.started_at DESC LIMIT 1
) good ON true
LEFT JOIN LATERAL (
  SELECT r.message FROM qbo_sync.sync_run r
  WHERE r.workspace_id = c.workspace_id AND r.job = j.job AND r.success IS NOT TRUE
    AND (good.finished_at IS NULL OR r.started_at > good.finished_at)
  ORDER BY r.started_at DESC LIMIT 1
) bad ON true
WHERE c.status <> 'disconnected' AND %(now)s - greatest(c.connected_at, good.finished_at) > j.quiet_at_most
ORDER BY c.workspace_id, j.job
