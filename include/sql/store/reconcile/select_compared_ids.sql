-- The compared invoices and credit notes of a span of Caspen's dates.
-- Params:  workspace_id bigint, document_kind text, since date
-- Columns: document_id
SELECT document_id
FROM qbo_sync.comparison
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND in_caspen
  AND caspen_date >= %(since)s
ORDER BY document_id
