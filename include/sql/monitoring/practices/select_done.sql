-- What one run has done so far, where it succeeded. One row per workspace.
SELECT workspace_id, counts, calls, coalesce(message, '') AS message
FROM qbo_sync.sync_run WHERE run_id = %(run_id)s AND job = %(job)s AND success
