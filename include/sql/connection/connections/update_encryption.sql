-- The same tokens, encrypted with another key. Nothing else of the connection changes.
UPDATE qbo_sync.connection
SET access_token = %(access_token)s, refresh_token = %(refresh_token)s,
    previous_refresh_token = %(previous_refresh_token)s
WHERE workspace_id = %(workspace_id)s
