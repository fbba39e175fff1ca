CREATE INDEX sync_run_latest ON qbo_sync.sync_run (workspace_id, job, started_at DESC)
