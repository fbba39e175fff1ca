-- It is gone.
DELETE FROM qbo_sync.report_file WHERE workspace_id = %(workspace_id)s AND name = %(name)s
