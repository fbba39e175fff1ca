-- The documents that fail one check of the comparison, by the differences of its run. One row per document.
-- Params:  field: the check's; null: any that has no check of its own | compared: fields with one of their own
SELECT DISTINCT f.document_kind AS kind, f.document_id AS id, f.document_number AS number, d.invoice_id
FROM qbo_sync.reconciliation_difference f
LEFT JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
WHERE f.workspace_id = %(workspace_id)s AND f.run_id = %(run_id)s AND f.document_kind = %(document_kind)s
  AND CASE WHEN %(field)s::text IS NULL THEN f.field <> ALL(%(compared)s::text[]) ELSE f.field = %(field)s END
  AND (%(in_caspen)s::boolean IS NULL OR (f.caspen_value IS NOT NULL) = %(in_caspen)s)
ORDER BY f.document_kind, f.document_number, f.document_id LIMIT %(page_size)s
