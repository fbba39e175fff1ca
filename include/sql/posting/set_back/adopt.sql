-- The link stands for what Caspen shows now.
UPDATE qbo_sync.document_link l SET set_back = false, made_at = d.made_at
FROM qbo_sync.document d
WHERE l.workspace_id = %(workspace_id)s AND l.document_kind = %(document_kind)s AND l.document_id = %(document_id)s
  AND (d.workspace_id, d.document_kind, d.document_id) = (l.workspace_id, l.document_kind, l.document_id)
