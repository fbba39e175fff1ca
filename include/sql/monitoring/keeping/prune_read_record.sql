-- Some records of reads older than is kept.
DELETE FROM qbo_sync.read_record
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.read_record
  WHERE at < now() - make_interval(days => %(days)s)
  LIMIT %(batch)s
))
