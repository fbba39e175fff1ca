-- Connect a workspace to a company, or connect it again. When it was first connected never moves.
-- No row when the workspace belongs to another company. Tokens encrypted.
INSERT INTO qbo_sync.connection AS present
  (workspace_id, realm_id, status, access_token, access_expires_at, refresh_token,
   refresh_issued_at, refresh_expires_at, refresh_hard_expires_at, token_generation)
VALUES
  (%(workspace_id)s, %(realm_id)s, 'connected', %(access_token)s, %(access_expires_at)s, %(refresh_token)s,
   now(), %(refresh_expires_at)s, %(refresh_hard_expires_at)s, 1)
ON CONFLICT (workspace_id) DO UPDATE
SET status = 'connected', connected_at = now(), disconnected_at = NULL, access_token = EXCLUDED.access_token,
    access_expires_at = EXCLUDED.access_expires_at, refresh_token = EXCLUDED.refresh_token,
    previous_refresh_token = NULL, refresh_issued_at = now(),
    refresh_expires_at = EXCLUDED.refresh_expires_at,
    refresh_hard_expires_at = EXCLUDED.refresh_hard_expires_at,
    token_generation = present.token_generation + 1, warned_days = NULL, updated_at = now()
WHERE present.realm_id = EXCLUDED.realm_id
RETURNING token_generation
