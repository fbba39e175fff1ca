-- Close what was listed of documents that fail no expectation of the practice any more.
UPDATE qbo_sync.unsynced_invoice u SET resolved_at = now(), resolution = 'the check passes'
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.error_key = %(error_key)s
  AND NOT EXISTS (
    SELECT 1 FROM qbo_sync.check_failure f
    WHERE f.workspace_id = u.workspace_id AND f.document_kind = u.document_kind AND f.document_id = u.document_id)
