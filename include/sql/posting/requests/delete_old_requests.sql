-- Forget answered requests beyond the age that is kept. What is in doubt is never forgotten.
-- Params:  workspace_id bigint, keep_days int
DELETE FROM qbo_sync.request
WHERE workspace_id = %(workspace_id)s AND state <> 'prepared'
  AND prepared_at < now() - make_interval(days => %(keep_days)s)
