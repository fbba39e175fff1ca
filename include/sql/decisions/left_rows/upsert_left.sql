-- A person leaves a row as it is. What QuickBooks does not show is listed in several words: those left before stay left.
INSERT INTO qbo_sync.left_row AS l (workspace_id, document_kind, document_id, error_key, version, detail, left_by)
VALUES (%(workspace_id)s, %(document_kind)s, %(document_id)s, %(error_key)s, %(version)s, %(detail)s, %(who)s)
ON CONFLICT (workspace_id, document_kind, document_id, error_key) DO UPDATE
SET version = excluded.version,
    detail = CASE WHEN l.error_key = 'unreadable_in_quickbooks' AND l.version = excluded.version
                   AND strpos(l.detail, excluded.detail) = 0
                  THEN l.detail || E'\n' || excluded.detail ELSE excluded.detail END,
    left_at = now(), left_by = excluded.left_by
