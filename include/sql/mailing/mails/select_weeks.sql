-- What the reconciliations of a practice's last seven days show. One row per practice.
-- Params:  ids, offsets: of each practice, its clock minus UTC's | now | within interval: one that began earlier proves nothing of today
-- Columns: ended, good: local nights with one that ended, and whose last one was good | unsettled: open rows of any kind
SELECT w.id AS workspace_id, coalesce(week.ended, 0) AS ended, coalesce(week.good, 0) AS good,
       last.finished_at AS last_at, coalesce(last.started_at > %(now)s - %(within)s::interval, false) AS fresh,
       coalesce(last.success, false) AS success, coalesce(last.documents_checked, 0) AS documents, open.rows AS unsettled
FROM unnest(%(ids)s::bigint[], %(offsets)s::interval[]) AS w (id, clock)
LEFT JOIN LATERAL (
  SELECT count(*) AS ended, count(*) FILTER (WHERE night.success) AS good
  FROM (
    SELECT DISTINCT ON (local.day) local.day, r.success
    FROM qbo_sync.reconciliation_run r
    CROSS JOIN LATERAL (SELECT (r.finished_at AT TIME ZONE 'UTC' + w.clock)::date AS day) local
    WHERE r.workspace_id = w.id AND r.finished_at > %(now)s - interval '7 days' AND r.finished_at <= %(now)s
    ORDER BY local.day, r.started_at DESC
  ) night
) week ON true
LEFT JOIN LATERAL (
  SELECT s.run_id FROM qbo_sync.sync_run s
  WHERE s.workspace_id = w.id AND s.job = 'reconcile' ORDER BY s.started_at DESC LIMIT 1
) newest ON true
LEFT JOIN LATERAL (
  -- The newest that was started: one that died or failed leaves the earlier one without a say.
  SELECT r.started_at, r.finished_at, r.success AND r.run_id = newest.run_id AS success, r.documents_checked
  FROM qbo_sync.reconciliation_run r
  WHERE r.workspace_id = w.id AND r.finished_at IS NOT NULL ORDER BY r.started_at DESC LIMIT 1
) last ON true
CROSS JOIN LATERAL (
  SELECT count(*) AS rows FROM qbo_sync.unsynced_invoice u WHERE u.workspace_id = w.id AND u.resolved_at IS NULL
) open
