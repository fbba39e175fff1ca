CREATE UNIQUE INDEX unsynced_open ON qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id, error_key)
  WHERE resolved_at IS NULL
