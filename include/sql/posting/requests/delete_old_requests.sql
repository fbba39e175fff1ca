-- Delete answered requests older than is kept. An unconfirmed one is never deleted.
DELETE FROM qbo_sync.request
WHERE workspace_id = %(workspace_id)s AND state <> 'prepared'
  AND prepared_at < now() - make_interval(days => %(keep_days)s)
