-- What was edited in one document, and whether anything was.
UPDATE qbo_sync.comparison_suspect
SET changed = %(changed)s, changed_fields = %(changed_fields)s, drifted = %(drifted)s
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
