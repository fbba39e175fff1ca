-- Some results of checks older than is kept.
DELETE FROM qbo_sync.check_result
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.check_result WHERE at < now() - make_interval(days => %(days)s) LIMIT %(batch)s
))
