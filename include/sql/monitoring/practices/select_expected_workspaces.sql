-- Practices where runs should succeed: connected, or meant to be.
-- Order:   workspace_id
SELECT workspace_id
FROM qbo_sync.connection
WHERE status <> 'disconnected'
ORDER BY workspace_id
