-- The newest run that counted the ledger of a workspace.
-- Params:  workspace_id bigint
SELECT finalised, synced, waiting, listed, excluded, finished_at
FROM qbo_sync.sync_run
WHERE workspace_id = %(workspace_id)s AND job = 'post' AND finalised IS NOT NULL
ORDER BY started_at DESC
LIMIT 1
