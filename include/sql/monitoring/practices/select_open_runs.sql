-- Workspaces with a run that has no end: it is under way, or died. One row per workspace.
SELECT DISTINCT workspace_id
FROM qbo_sync.sync_run WHERE finished_at IS NULL AND job <> 'heartbeat' ORDER BY workspace_id
