CREATE INDEX unsynced_list ON qbo_sync.unsynced_invoice (workspace_id, error_key, first_seen_at) WHERE resolved_at IS NULL
