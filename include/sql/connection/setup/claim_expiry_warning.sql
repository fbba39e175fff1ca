-- Take the warning that is due about the end of a connection, so that each is given once. At most one row.
-- Params:  days: how many days ahead to warn, e.g. {14,7,2}
-- Columns: days: the threshold passed
WITH due AS (
  SELECT c.workspace_id, min(d.days) AS days, LEAST(c.refresh_expires_at, c.refresh_hard_expires_at) AS expires_at
  FROM qbo_sync.connection AS c
  CROSS JOIN unnest(%(days)s::integer[]) AS d(days)
  WHERE c.workspace_id = %(workspace_id)s AND c.status = 'connected'
    AND LEAST(c.refresh_expires_at, c.refresh_hard_expires_at) <= now() + make_interval(days => d.days)
  GROUP BY c.workspace_id
)
UPDATE qbo_sync.connection AS c SET warned_days = due.days, updated_at = now()
FROM due WHERE c.workspace_id = due.workspace_id AND (c.warned_days IS NULL OR c.warned_days > due.days)
RETURNING due.days, due.expires_at
