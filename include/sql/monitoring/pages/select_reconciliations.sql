-- Reconciliation runs, newest first; or one of them.
SELECT run_id, started_at, finished_at, full_compare, documents_checked, differences, finalised, synced, waiting, listed,
       excluded, success, checks, signed_at, signed_by, signed_through
FROM qbo_sync.reconciliation_run
WHERE workspace_id = %(workspace_id)s AND (%(run_id)s::text IS NULL OR run_id = %(run_id)s)
ORDER BY started_at DESC, run_id DESC LIMIT %(page_size)s OFFSET %(skip)s
