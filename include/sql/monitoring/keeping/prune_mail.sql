-- Some mails sent longer ago than is kept.
DELETE FROM qbo_sync.mail
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.mail
  WHERE decided_at < now() - make_interval(days => %(days)s) AND state NOT IN ('due', 'handing')
  LIMIT %(batch)s
))
