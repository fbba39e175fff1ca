-- Store a refreshed pair of tokens. A lifetime Intuit does not mention stays as known.
-- Params:  tokens encrypted | rotated: the refresh token is another one | warning_days: the earliest warning
UPDATE qbo_sync.connection
SET access_token = %(access_token)s, access_expires_at = %(access_expires_at)s,
    refresh_token = %(refresh_token)s, previous_refresh_token = %(previous_refresh_token)s,
    refresh_issued_at = CASE WHEN %(rotated)s THEN now() ELSE refresh_issued_at END,
    refresh_expires_at = COALESCE(%(refresh_expires_at)s, refresh_expires_at),
    refresh_hard_expires_at = COALESCE(%(refresh_hard_expires_at)s, refresh_hard_expires_at),
    token_generation = token_generation + 1,
    -- A deadline that moved away again is worth a warning when it comes near the next time.
    warned_days = CASE
      WHEN LEAST(COALESCE(%(refresh_expires_at)s, refresh_expires_at),
                 COALESCE(%(refresh_hard_expires_at)s, refresh_hard_expires_at))
           > now() + make_interval(days => %(warning_days)s)
      THEN NULL ELSE warned_days END,
    updated_at = now()
WHERE workspace_id = %(workspace_id)s
