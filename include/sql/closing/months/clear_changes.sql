-- Before what is found changed is written: every month that is closed was looked at.
UPDATE qbo_sync.month_close SET changed = 0, changes = '{}', checked_at = now()
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND reopened_at IS NULL
