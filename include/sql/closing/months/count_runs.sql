-- The runs of each job that started in a span, and the newest run of all. One row per job.
-- Params:  jobs: the jobs asked for | since, until: the span
-- Columns: failed: of the span, those without an end too | started_at, success: of the newest run; null where there is none
SELECT j.job, m.runs, m.failed, n.started_at, n.success
FROM unnest(%(jobs)s::text[]) WITH ORDINALITY AS j (job, place)
CROSS JOIN LATERAL (
  SELECT count(*) AS runs, count(*) FILTER (WHERE success IS NOT TRUE) AS failed FROM qbo_sync.sync_run r
  WHERE r.workspace_id = %(workspace_id)s AND r.job = j.job AND r.started_at >= %(since)s AND r.started_at < %(until)s
) m
LEFT JOIN LATERAL (
  SELECT started_at, success FROM qbo_sync.sync_run r
  WHERE r.workspace_id = %(workspace_id)s AND r.job = j.job
  ORDER BY started_at DESC LIMIT 1
) n ON true
ORDER BY j.place
