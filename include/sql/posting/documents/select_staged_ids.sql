-- Which of these documents are staged.
SELECT document_id FROM qbo_sync.document
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = ANY(%(ids)s)
