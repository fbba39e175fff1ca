-- Some notes of runs longer ago than is kept.
DELETE FROM qbo_sync.run_note
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.run_note
  WHERE written_at < now() - make_interval(days => %(days)s)
  LIMIT %(batch)s
))
