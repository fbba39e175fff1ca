CREATE INDEX document_number ON qbo_sync.document (workspace_id, document_number)
