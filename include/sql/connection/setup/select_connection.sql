-- Which company a workspace is connected to, without its tokens: a ConnectionFacts, no row when it never was.
SELECT workspace_id, realm_id, company_name, first_connected_at, connected_at, connected_by, disconnected_at, disconnected_by, status,
       refresh_expires_at, refresh_hard_expires_at, home_currency
FROM qbo_sync.connection WHERE workspace_id = %(workspace_id)s
