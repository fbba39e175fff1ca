-- Order:   workspace_id
-- Params:  statuses text[]: connected, needs_reconnect, disconnected
SELECT workspace_id
FROM qbo_sync.connection
WHERE status = ANY(%(statuses)s)
ORDER BY workspace_id
