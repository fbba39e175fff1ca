-- Consents that nobody came back from.
DELETE FROM qbo_sync.oauth_state
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.oauth_state
  WHERE expires_at < now() - make_interval(days => %(days)s)
  LIMIT %(batch)s
))
