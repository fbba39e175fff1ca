-- Workspaces whose tokens are stored. One row per workspace.
SELECT workspace_id
FROM qbo_sync.connection WHERE COALESCE(access_token, refresh_token, previous_refresh_token) IS NOT NULL
ORDER BY workspace_id
