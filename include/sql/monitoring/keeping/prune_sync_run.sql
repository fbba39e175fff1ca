-- Some records of runs older than is kept; one without an end stays until it is closed.
DELETE FROM qbo_sync.sync_run
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.sync_run
  WHERE started_at < now() - make_interval(days => %(days)s) AND finished_at IS NOT NULL
  LIMIT %(batch)s
))
