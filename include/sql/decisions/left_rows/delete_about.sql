-- Forget that rows of these kinds of one document were left as they are: they are raised again.
DELETE FROM qbo_sync.left_row
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
  AND error_key = ANY(%(error_keys)s)
