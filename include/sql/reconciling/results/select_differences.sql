-- Differences of one reconciliation run, unexplained ones first, then by document.
-- Params:  after: id of the last one before, or null
SELECT f.id, f.document_kind AS kind, f.document_number AS number, f.field, f.caspen_value, f.quickbooks_value, f.delta,
       f.explained, d.invoice_id
FROM qbo_sync.reconciliation_difference f
LEFT JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
WHERE f.workspace_id = %(workspace_id)s AND f.run_id = %(run_id)s
  AND (%(after)s::bigint IS NULL
       OR (f.explained, f.document_kind, f.document_number, f.id) > (
         SELECT explained, document_kind, document_number, id
         FROM qbo_sync.reconciliation_difference WHERE id = %(after)s))
ORDER BY f.explained, f.document_kind, f.document_number, f.id LIMIT %(page_size)s
