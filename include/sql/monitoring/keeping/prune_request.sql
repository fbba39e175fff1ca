-- Some answered requests older than is kept. An unconfirmed one is never deleted.
DELETE FROM qbo_sync.request
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.request
  WHERE prepared_at < now() - make_interval(days => %(days)s)
    AND (%(workspace_id)s::bigint IS NULL OR workspace_id = %(workspace_id)s) AND state <> 'prepared'
  LIMIT %(batch)s
))
