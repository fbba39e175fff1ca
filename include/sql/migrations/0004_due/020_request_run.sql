-- What one run has sent so far, for the progress on the pages.
CREATE INDEX request_run ON qbo_sync.request (workspace_id, run_id)
