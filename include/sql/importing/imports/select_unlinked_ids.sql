-- Allocations of imported payments that are live in Caspen and have no link. One row per allocation.
SELECT d.document_id FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = 'payment' AND d.excluded_reason = 'imported'
  AND d.finalised AND l.document_id IS NULL
