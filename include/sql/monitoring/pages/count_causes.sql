-- The cards: open rows by kind of error and by what one fix repairs. Walks from cause to cause along the index
-- unsynced_list and counts each from the index alone, without reading rows. One row per error_key and cause_ref.
WITH RECURSIVE cause AS (
  (
    SELECT u.error_key, u.cause_ref
    FROM qbo_sync.unsynced_invoice u WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
    ORDER BY u.error_key, u.cause_ref LIMIT 1
  )
  UNION ALL
  SELECT n.error_key, n.cause_ref FROM cause c
  CROSS JOIN LATERAL (
    SELECT u.error_key, u.cause_ref FROM qbo_sync.unsynced_invoice u
    WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
      AND (u.error_key, u.cause_ref) > (c.error_key, c.cause_ref)
    ORDER BY u.error_key, u.cause_ref LIMIT 1
  ) n
)
SELECT c.error_key, c.cause_ref, w.waiting, w.since FROM cause c
CROSS JOIN LATERAL (
  SELECT count(*) AS waiting, min(u.first_seen_at) AS since
  FROM qbo_sync.unsynced_invoice u
  WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
    AND u.error_key = c.error_key AND u.cause_ref = c.cause_ref
) w
ORDER BY w.waiting DESC, c.error_key, c.cause_ref
