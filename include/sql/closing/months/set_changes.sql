UPDATE qbo_sync.month_close SET changed = %(changed)s, changes = %(changes)s
WHERE workspace_id = %(workspace_id)s AND id = %(close_id)s
