-- Where one run failed, and why. One row per workspace.
SELECT workspace_id, message
FROM qbo_sync.sync_run WHERE run_id = %(run_id)s AND job = %(job)s AND success IS FALSE
