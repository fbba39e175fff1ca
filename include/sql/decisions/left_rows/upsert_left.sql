-- A person leaves a row as it is.
INSERT INTO qbo_sync.left_row (workspace_id, document_kind, document_id, error_key, version, detail, left_by)
VALUES (%(workspace_id)s, %(document_kind)s, %(document_id)s, %(error_key)s, %(version)s, %(detail)s, %(who)s)
ON CONFLICT (workspace_id, document_kind, document_id, error_key) DO UPDATE
SET version = excluded.version, detail = excluded.detail, left_at = now(), left_by = excluded.left_by
