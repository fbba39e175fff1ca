DELETE FROM qbo_sync.comparison WHERE workspace_id = %(workspace_id)s
