-- Names of a practice's files, written or about to be, that begin so.
SELECT name FROM qbo_sync.report_file
WHERE workspace_id = %(workspace_id)s AND starts_with(name, %(prefix)s) AND (written OR %(all)s)
ORDER BY name
