CREATE INDEX request_document ON qbo_sync.request (workspace_id, document_kind, document_id, id)
