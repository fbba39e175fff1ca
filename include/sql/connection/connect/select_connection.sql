-- The QuickBooks connection of one workspace.
-- Grain:   one row, none when it was never connected
-- Params:  workspace_id bigint
-- Columns: tokens are encrypted | times UTC | status connected, needs_reconnect or disconnected
SELECT workspace_id, realm_id, company_name, country_code, home_currency,
       first_connected_at, connected_at, disconnected_at, status,
       access_token, access_expires_at, refresh_token, previous_refresh_token,
       refresh_issued_at, refresh_expires_at, refresh_hard_expires_at, token_generation, warned_days
FROM qbo_sync.connection
WHERE workspace_id = %(workspace_id)s
