CREATE INDEX unsynced_invoice_id ON qbo_sync.unsynced_invoice (workspace_id, invoice_id) WHERE resolved_at IS NULL
