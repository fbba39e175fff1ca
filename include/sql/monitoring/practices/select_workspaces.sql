-- Workspaces whose connection is in one of these states.
SELECT workspace_id FROM qbo_sync.connection WHERE status = ANY(%(statuses)s)
ORDER BY workspace_id
