-- Runs of the use cases, newest first; of each job only as many are read as the page may need.
SELECT r.run_id, j.job, r.started_at, r.finished_at, r.counts, r.calls, r.finalised, r.synced, r.waiting, r.listed,
       r.excluded, r.success, r.message
FROM (VALUES ('post'), ('import'), ('reconcile'), ('backfill')) AS j (job)
CROSS JOIN LATERAL (
  SELECT run_id, started_at, finished_at, counts, calls, finalised, synced, waiting, listed, excluded, success, message
  FROM qbo_sync.sync_run WHERE workspace_id = %(workspace_id)s AND job = j.job
  ORDER BY started_at DESC LIMIT %(page_size)s::int + %(skip)s::int
) r
ORDER BY r.started_at DESC, r.run_id DESC LIMIT %(page_size)s OFFSET %(skip)s
