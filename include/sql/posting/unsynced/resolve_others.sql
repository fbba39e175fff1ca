-- Close the blocking rows of a document whose reasons were not met again.
UPDATE qbo_sync.unsynced_invoice SET resolved_at = now(), resolution = 'no longer the case'
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
  AND resolved_at IS NULL AND blocks AND error_key <> ALL(%(keep_keys)s)
