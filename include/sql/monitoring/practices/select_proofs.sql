-- What the last reconciliation of every practice shows, by index.
-- Grain:   one row per workspace that is not disconnected
-- Params:  within interval: an older one proves nothing
-- Columns: connected | fresh: it ended, and began within this | success: every check ran and nothing unexplained was
--          found; null unless it ended | documents | differences, those that a listed cause explains included
SELECT c.workspace_id, c.status = 'connected' AS connected,
       coalesce(r.finished_at IS NOT NULL AND r.started_at > now() - %(within)s::interval, false) AS fresh,
       r.success, coalesce(r.documents_checked, 0) AS documents, coalesce(r.differences, 0) AS differences
FROM qbo_sync.connection c
LEFT JOIN LATERAL (
  SELECT s.run_id, s.started_at FROM qbo_sync.sync_run s
  WHERE s.workspace_id = c.workspace_id AND s.job = 'reconcile' ORDER BY s.started_at DESC LIMIT 1
) last ON true
LEFT JOIN qbo_sync.reconciliation_run r ON r.run_id = last.run_id AND r.workspace_id = c.workspace_id
WHERE c.status <> 'disconnected'
ORDER BY c.workspace_id
