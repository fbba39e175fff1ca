-- Keep the wishes of one practice, or of ops. What was decided for today stands.
INSERT INTO qbo_sync.mail_wish AS w (
  workspace_id, addresses, time_zone, send_at, quiet_from, quiet_to, weekends, weekly, changed_by)
VALUES (%(workspace_id)s, %(addresses)s, nullif(%(time_zone)s, ''), %(send_at)s, %(quiet_from)s, %(quiet_to)s, %(weekends)s,
        %(weekly)s, %(who)s)
ON CONFLICT (workspace_id) DO UPDATE SET
  addresses = excluded.addresses, time_zone = excluded.time_zone, send_at = excluded.send_at,
  quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, weekends = excluded.weekends, weekly = excluded.weekly,
  changed_at = now(), changed_by = excluded.changed_by
