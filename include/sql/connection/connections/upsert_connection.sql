-- Connect a workspace to a company, or connect it again, and note it. When it was first connected never moves, but
-- where it was disconnected from another company with which nothing was ever done.
-- No row when the workspace belongs to another company. Tokens encrypted.
WITH kept AS (
  INSERT INTO qbo_sync.connection AS present
    (workspace_id, realm_id, status, access_token, access_expires_at, refresh_token,
     refresh_issued_at, refresh_expires_at, refresh_hard_expires_at, token_generation,
     company_name, country_code, home_currency, connected_by)
  VALUES
    (%(workspace_id)s, %(realm_id)s, 'connected', %(access_token)s, %(access_expires_at)s, %(refresh_token)s,
     now(), %(refresh_expires_at)s, %(refresh_hard_expires_at)s, 1,
     %(company_name)s, %(country_code)s, %(home_currency)s, %(who)s)
  ON CONFLICT (workspace_id) DO UPDATE
  SET realm_id = EXCLUDED.realm_id, status = 'connected',
      first_connected_at =
        CASE WHEN present.realm_id = EXCLUDED.realm_id THEN present.first_connected_at ELSE now() END,
      connected_at = now(), connected_by = EXCLUDED.connected_by,
      disconnected_at = NULL, disconnected_by = NULL, access_token = EXCLUDED.access_token,
      access_expires_at = EXCLUDED.access_expires_at, refresh_token = EXCLUDED.refresh_token,
      previous_refresh_token = NULL, refresh_issued_at = now(),
      refresh_expires_at = EXCLUDED.refresh_expires_at,
      refresh_hard_expires_at = EXCLUDED.refresh_hard_expires_at,
      company_name = COALESCE(EXCLUDED.company_name, present.company_name),
      country_code = COALESCE(EXCLUDED.country_code, present.country_code),
      home_currency = COALESCE(EXCLUDED.home_currency, present.home_currency),
      token_generation = present.token_generation + 1, warned_days = NULL, updated_at = now()
  WHERE present.realm_id = EXCLUDED.realm_id
     OR (present.status = 'disconnected' AND NOT %(in_use)s)
  RETURNING workspace_id, realm_id, company_name
)
INSERT INTO qbo_sync.connection_event (workspace_id, realm_id, company_name, what, who)
SELECT workspace_id, realm_id, company_name, 'connected', %(who)s FROM kept
RETURNING realm_id
