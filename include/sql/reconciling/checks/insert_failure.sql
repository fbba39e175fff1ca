-- A document that failed an expectation.
INSERT INTO qbo_sync.check_failure (workspace_id, document_kind, name, document_id)
VALUES (%(workspace_id)s, %(document_kind)s, %(name)s, %(document_id)s)
ON CONFLICT DO NOTHING
