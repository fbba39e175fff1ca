-- Close a document's rows: all of them, or those of some keys.
UPDATE qbo_sync.unsynced_invoice SET resolved_at = now(), resolution = %(resolution)s
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
  AND resolved_at IS NULL
  AND (%(error_keys)s::text[] IS NULL OR error_key = ANY(%(error_keys)s))
