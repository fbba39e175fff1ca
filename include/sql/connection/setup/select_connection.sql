-- Params:  workspace_id bigint
SELECT workspace_id, realm_id, company_name, country_code, home_currency, first_connected_at, connected_at,
       disconnected_at, status, refresh_issued_at, refresh_expires_at, refresh_hard_expires_at
FROM qbo_sync.connection
WHERE workspace_id = %(workspace_id)s
