-- Consume a state: a second caller finds nothing. One row, none when unknown or used.
DELETE FROM qbo_sync.oauth_state
WHERE state_hash = %(state_hash)s
RETURNING workspace_id, username, expires_at < now() AS expired
