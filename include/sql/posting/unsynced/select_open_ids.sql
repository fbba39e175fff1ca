-- Which of these documents have an open row of one key.
SELECT document_id FROM qbo_sync.unsynced_invoice
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = ANY(%(ids)s)
  AND error_key = %(error_key)s AND resolved_at IS NULL
