-- The newest run that counted the ledger of a workspace, whatever its job.
SELECT r.finalised, r.synced, r.waiting, r.listed, r.excluded, r.finished_at
FROM (VALUES ('post'), ('import'), ('reconcile'), ('backfill')) AS j (job)
CROSS JOIN LATERAL (
  SELECT started_at, finished_at, finalised, synced, waiting, listed, excluded
  FROM qbo_sync.sync_run WHERE workspace_id = %(workspace_id)s AND job = j.job AND finalised IS NOT NULL
  ORDER BY started_at DESC LIMIT 1
) r
ORDER BY r.started_at DESC LIMIT 1
