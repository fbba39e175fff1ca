-- A page of what Caspen showed and should have still: linked, on its way, or found missing before.
-- Params:  after_kind, after_id: where the page before ended
SELECT d.document_kind, d.document_id, d.invoice_id, d.updated_at, d.caspen_status,
       l.document_id IS NOT NULL AS linked, coalesce(l.origin, '') AS origin
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
 AND l.removed_at IS NULL
WHERE d.workspace_id = %(workspace_id)s AND (d.document_kind, d.document_id) > (%(after_kind)s, %(after_id)s)
  AND (l.document_id IS NOT NULL OR d.caspen_status = 'missing' OR (d.finalised AND d.excluded_reason IS NULL))
ORDER BY d.document_kind, d.document_id LIMIT %(page_size)s
