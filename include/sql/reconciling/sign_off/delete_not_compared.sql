DELETE FROM qbo_sync.not_compared WHERE workspace_id = %(workspace_id)s
