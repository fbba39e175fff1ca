-- Caspen does not show what was posted.
UPDATE qbo_sync.document_link SET set_back = true
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
