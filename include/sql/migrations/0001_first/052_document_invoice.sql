CREATE INDEX document_invoice ON qbo_sync.document (workspace_id, invoice_id)
