-- A page of the list, oldest or newest first, without reading the rest of it.
CREATE INDEX unsynced_since ON qbo_sync.unsynced_invoice (workspace_id, first_seen_at, id) WHERE resolved_at IS NULL
