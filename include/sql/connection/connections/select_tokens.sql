-- The company and the tokens of one workspace. One row, none when it was never connected.
-- Columns: tokens encrypted; status connected, needs_reconnect or disconnected
SELECT realm_id, status, access_token, access_expires_at, refresh_token, previous_refresh_token, token_generation
FROM qbo_sync.connection WHERE workspace_id = %(workspace_id)s
