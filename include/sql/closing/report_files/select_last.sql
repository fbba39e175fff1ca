-- The file of a practice that was written last.
SELECT name, at FROM qbo_sync.report_file
WHERE workspace_id = %(workspace_id)s AND written
ORDER BY at DESC LIMIT 1
