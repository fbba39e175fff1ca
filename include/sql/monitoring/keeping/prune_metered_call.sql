-- Some counts of calls of days longer ago than is kept.
DELETE FROM qbo_sync.metered_call
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.metered_call
  WHERE day < now() - make_interval(days => %(days)s)
  LIMIT %(batch)s
))
