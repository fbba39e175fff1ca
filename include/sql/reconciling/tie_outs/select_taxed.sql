-- Compared invoices and credit notes that either side dates in a span,
-- with QuickBooks' facts, null where it does not have them. One row per document.
SELECT c.document_kind, c.document_id, c.document_number, c.caspen_date, c.caspen_subtotal, c.caspen_tax,
       c.quickbooks_date, CASE WHEN c.in_quickbooks THEN s.facts END AS facts
FROM qbo_sync.comparison c
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = %(realm_id)s AND s.quickbooks_type = c.quickbooks_type AND s.quickbooks_id = c.quickbooks_id
WHERE c.workspace_id = %(workspace_id)s AND c.document_kind <> 'payment' AND c.in_caspen
  AND (c.caspen_date >= %(since)s OR (c.in_quickbooks AND c.quickbooks_date >= %(since)s))
  AND (c.document_kind, c.document_id) > (%(after_kind)s, %(after_id)s)
ORDER BY c.document_kind, c.document_id LIMIT %(page_size)s
