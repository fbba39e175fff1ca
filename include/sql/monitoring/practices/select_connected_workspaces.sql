-- Order:   workspace_id
SELECT workspace_id
FROM qbo_sync.connection
WHERE status = 'connected'
ORDER BY workspace_id
