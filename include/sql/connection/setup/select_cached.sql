-- A list read from QuickBooks recently.
SELECT payload::text AS payload
FROM qbo_sync.reference_cache
WHERE realm_id = %(realm_id)s AND name = %(name)s AND read_at > now() - make_interval(secs => %(max_age_seconds)s)
