-- Reconciliation runs, newest first; or one of them.
SELECT run_id, started_at, finished_at, full_compare, documents_checked, differences,
       differences - (SELECT count(*) FROM qbo_sync.reconciliation_difference d
                      WHERE d.run_id = r.run_id AND d.workspace_id = r.workspace_id AND d.explained) AS unexplained,
       finalised, synced, waiting, listed, excluded, success, checks, signed_at, signed_by, signed_through
FROM qbo_sync.reconciliation_run r
WHERE workspace_id = %(workspace_id)s AND (%(run_id)s::text IS NULL OR run_id = %(run_id)s)
ORDER BY started_at DESC, run_id DESC LIMIT %(page_size)s OFFSET %(skip)s
