CREATE INDEX document_event_document ON qbo_sync.document_event (workspace_id, document_kind, document_id, id)
