-- One document may be tried again.
UPDATE qbo_sync.document SET released_at = now()
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
