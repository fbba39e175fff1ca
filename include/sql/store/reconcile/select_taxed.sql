-- Invoices and credit notes on both sides, of a span of Caspen's dates, as QuickBooks shows them.
-- Grain:   one row per document
-- Params:  workspace_id bigint, realm_id text, since date, after_kind text, after_id bigint, page_size int
-- Columns: document_kind | document_id | facts jsonb
SELECT c.document_kind, c.document_id, s.facts
FROM qbo_sync.comparison c
JOIN qbo_sync.snapshot s
  ON s.realm_id = %(realm_id)s AND s.quickbooks_type = c.quickbooks_type AND s.quickbooks_id = c.quickbooks_id
WHERE c.workspace_id = %(workspace_id)s AND c.document_kind <> 'payment' AND c.in_caspen AND c.in_quickbooks
  AND c.caspen_date >= %(since)s AND (c.document_kind, c.document_id) > (%(after_kind)s, %(after_id)s)
ORDER BY c.document_kind, c.document_id
LIMIT %(page_size)s
