-- The same row as select_tokens, locked until the transaction ends: one refresher at a time.
SELECT realm_id, status, access_token, access_expires_at, refresh_token, previous_refresh_token, token_generation
FROM qbo_sync.connection WHERE workspace_id = %(workspace_id)s
FOR UPDATE
