-- A task that is tried again continues its run: the end of the earlier try is cleared.
INSERT INTO qbo_sync.sync_run (run_id, workspace_id, job)
VALUES (%(run_id)s, %(workspace_id)s, %(job)s)
ON CONFLICT (run_id, workspace_id, job) DO UPDATE SET finished_at = NULL, success = NULL, message = NULL
