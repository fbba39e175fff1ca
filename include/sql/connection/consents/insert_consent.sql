-- Remember a consent that was started; expired ones are deleted on the way.
WITH swept AS (DELETE FROM qbo_sync.oauth_state WHERE expires_at < now())
INSERT INTO qbo_sync.oauth_state (state_hash, workspace_id, username, expires_at)
VALUES (%(state_hash)s, %(workspace_id)s, %(username)s, now() + make_interval(secs => %(lifetime_seconds)s))
