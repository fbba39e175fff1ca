-- Some reconciliations older than is kept, with their differences.
DELETE FROM qbo_sync.reconciliation_run
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.reconciliation_run
  WHERE started_at < now() - make_interval(days => %(days)s) AND finished_at IS NOT NULL
  LIMIT %(batch)s
))
