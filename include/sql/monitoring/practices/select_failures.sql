-- Where one run failed, and why.
-- Grain:   one row per workspace
-- Params:  run_id text, job text
SELECT workspace_id, message
FROM qbo_sync.sync_run
WHERE run_id = %(run_id)s AND job = %(job)s AND success IS FALSE
