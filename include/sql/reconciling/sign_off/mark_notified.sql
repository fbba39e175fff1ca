-- People were notified of what was found until then.
UPDATE qbo_sync.signed_change SET told_at = now()
WHERE workspace_id = %(workspace_id)s AND told_at IS NULL AND first_seen_at <= %(until)s
