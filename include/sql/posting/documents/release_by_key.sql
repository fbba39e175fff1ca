-- Retry: every document listed under a key; all keys where error_key is null.
UPDATE qbo_sync.document d SET released_at = now()
FROM qbo_sync.unsynced_invoice u
WHERE d.workspace_id = %(workspace_id)s
  AND u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind AND u.document_id = d.document_id
  AND u.resolved_at IS NULL
  AND (%(error_key)s::text IS NULL OR u.error_key = %(error_key)s)
