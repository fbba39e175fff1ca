-- When what has no row of its own began. One row per practice.
-- Params:  ids
-- Columns: lost_at: the connection was lost | unexplained_at: the first reconciliation since the last good one
SELECT w.id AS workspace_id, lost.at AS lost_at, apart.at AS unexplained_at
FROM unnest(%(ids)s::bigint[]) AS w (id)
LEFT JOIN LATERAL (
  SELECT e.at FROM qbo_sync.connection_event e
  WHERE e.workspace_id = w.id AND e.what = 'lost' ORDER BY e.id DESC LIMIT 1
) lost ON true
LEFT JOIN LATERAL (
  SELECT r.finished_at FROM qbo_sync.reconciliation_run r
  WHERE r.workspace_id = w.id AND r.finished_at IS NOT NULL AND r.success ORDER BY r.started_at DESC LIMIT 1
) good ON true
LEFT JOIN LATERAL (
  SELECT r.finished_at AS at FROM qbo_sync.reconciliation_run r
  WHERE r.workspace_id = w.id AND r.finished_at IS NOT NULL AND NOT r.success
    AND (good.finished_at IS NULL OR r.finished_at > good.finished_at)
  ORDER BY r.started_at LIMIT 1
) apart ON true
