-- One stored reconciliation; the latest finished one of the workspace where run_id is null. At most one row.
SELECT run_id, workspace_id, started_at, finished_at, full_compare, documents_checked, differences, finalised, synced,
       waiting, listed, excluded, success, checks, calls, report, signed_at, signed_by, signed_through
FROM qbo_sync.reconciliation_run
WHERE workspace_id = %(workspace_id)s AND documents_checked IS NOT NULL
  AND (%(run_id)s::text IS NULL OR run_id = %(run_id)s)
ORDER BY started_at DESC LIMIT 1
