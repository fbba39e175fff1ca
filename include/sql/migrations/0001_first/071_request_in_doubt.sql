CREATE INDEX request_in_doubt ON qbo_sync.request (workspace_id) WHERE state = 'prepared'
