-- What the watcher compares, of every connected practice, by index.
-- Grain:   one row per connected workspace
-- Columns: now: our clock | position: how far Caspen was read, null before the first run | posted_at, imported_at: when
--          the last run of that kind began | touched_at, reported_at: what webhooks handed over | asked_at: when the
--          import last asked
SELECT c.workspace_id, now() AS now, read.position, post.started_at AS posted_at, import.started_at AS imported_at,
       r.touched_at, r.reported_at, r.asked_at
FROM qbo_sync.connection c
LEFT JOIN qbo_sync.cursor read ON read.workspace_id = c.workspace_id AND read.name = 'caspen'
LEFT JOIN qbo_sync.import_rhythm r ON r.workspace_id = c.workspace_id
LEFT JOIN LATERAL (
  SELECT s.started_at FROM qbo_sync.sync_run s
  WHERE s.workspace_id = c.workspace_id AND s.job = 'post' ORDER BY s.started_at DESC LIMIT 1
) post ON true
LEFT JOIN LATERAL (
  SELECT s.started_at FROM qbo_sync.sync_run s
  WHERE s.workspace_id = c.workspace_id AND s.job = 'import' ORDER BY s.started_at DESC LIMIT 1
) import ON true
WHERE c.status = 'connected'
ORDER BY c.workspace_id
