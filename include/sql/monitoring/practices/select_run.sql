-- What one run did, practice by practice.
-- Grain:   one row per workspace
-- Order:   workspace_id
-- Params:  run_id text, job text
SELECT workspace_id, started_at, finished_at, counts, finalised, synced, waiting, listed, excluded, success, message
FROM qbo_sync.sync_run
WHERE run_id = %(run_id)s AND job = %(job)s
ORDER BY workspace_id
