-- Delete the tokens, and note it; settings, links and the date of the first connection stay.
WITH ended AS (
  UPDATE qbo_sync.connection
  SET status = 'disconnected', disconnected_at = now(), disconnected_by = %(who)s,
      access_token = NULL, access_expires_at = NULL, refresh_token = NULL, previous_refresh_token = NULL,
      refresh_expires_at = NULL, refresh_hard_expires_at = NULL, warned_days = NULL, updated_at = now()
  WHERE workspace_id = %(workspace_id)s AND status <> 'disconnected'
  RETURNING workspace_id, realm_id, company_name
)
INSERT INTO qbo_sync.connection_event (workspace_id, realm_id, company_name, what, who)
SELECT workspace_id, realm_id, company_name, 'disconnected', %(who)s FROM ended
