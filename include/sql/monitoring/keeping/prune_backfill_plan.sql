-- Some plans of backfills, with their approvals, older than is kept.
DELETE FROM qbo_sync.backfill_plan
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.backfill_plan
  WHERE planned_at < now() - make_interval(days => %(days)s)
  LIMIT %(batch)s
))
