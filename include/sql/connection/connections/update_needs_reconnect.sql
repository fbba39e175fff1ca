-- Intuit accepts none of the refresh tokens any more, or denies the app access to the company: a person must connect again.
WITH lost AS (
  UPDATE qbo_sync.connection SET status = 'needs_reconnect', updated_at = now()
  WHERE workspace_id = %(workspace_id)s AND status = 'connected'
  RETURNING workspace_id, realm_id, company_name
)
INSERT INTO qbo_sync.connection_event (workspace_id, realm_id, company_name, what)
SELECT workspace_id, realm_id, company_name, 'lost' FROM lost
