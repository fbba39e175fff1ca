-- The wishes of one practice, or of ops (workspace 0).
SELECT addresses, coalesce(time_zone, '') AS time_zone, send_at, quiet_from, quiet_to, weekends, weekly
FROM qbo_sync.mail_wish WHERE workspace_id = %(workspace_id)s
