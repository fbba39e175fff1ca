-- Practices where nothing can be done before a person reconnects QuickBooks.
-- Order:   workspace_id
SELECT workspace_id
FROM qbo_sync.connection
WHERE status = 'needs_reconnect'
ORDER BY workspace_id
