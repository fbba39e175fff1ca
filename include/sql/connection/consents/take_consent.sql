-- Consume a state: a second caller finds nothing.
-- Grain:   one row, none when unknown or used
-- Params:  state_hash text
-- Columns: workspace_id bigint | username text | expired boolean
DELETE FROM qbo_sync.oauth_state
WHERE state_hash = %(state_hash)s
RETURNING workspace_id, username, expires_at < now() AS expired
