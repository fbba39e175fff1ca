-- Runs of the use cases, newest first.
-- Params:  workspace_id bigint, job text or null, page_size int, skip int
SELECT run_id, job, started_at, finished_at, counts, calls, finalised, synced, waiting, listed, excluded, success, message
FROM qbo_sync.sync_run
WHERE workspace_id = %(workspace_id)s AND (%(job)s::text IS NULL OR job = %(job)s)
ORDER BY started_at DESC, run_id DESC
LIMIT %(page_size)s OFFSET %(skip)s
