INSERT INTO qbo_sync.document_event (workspace_id, document_kind, document_id, what, detail, who)
VALUES (%(workspace_id)s, %(document_kind)s, %(document_id)s, %(what)s, %(detail)s, %(who)s)
