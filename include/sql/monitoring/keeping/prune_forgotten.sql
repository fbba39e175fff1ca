-- Some records of whose data were taken out, older than the books are kept.
DELETE FROM qbo_sync.forgotten
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.forgotten
  WHERE at < now() - make_interval(days => %(days)s)
  LIMIT %(batch)s
))
