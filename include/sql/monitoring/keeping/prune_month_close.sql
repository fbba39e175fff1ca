-- Some closed months older than is kept.
DELETE FROM qbo_sync.month_close
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.month_close WHERE closed_at < now() - make_interval(days => %(days)s) LIMIT %(batch)s
))
