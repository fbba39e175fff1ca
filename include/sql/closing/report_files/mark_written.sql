-- It is there, whole.
UPDATE qbo_sync.report_file SET written = true WHERE workspace_id = %(workspace_id)s AND name = %(name)s
