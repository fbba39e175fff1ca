-- Documents with unexplained differences, one row per document with all its fields; for the list a person clears.
-- Params:  open_invoices: only invoices that differ in nothing but their open balance, or only the others
-- Columns: gone: voided or deleted, as last read | differences in the order written
SELECT r.document_kind, r.document_id, c.document_number, c.invoice_id, c.quickbooks_type, c.quickbooks_id, c.origin,
       c.in_caspen, c.in_quickbooks, c.drifted, c.changed, c.caspen_total, c.quickbooks_total, c.quickbooks_customer, s.gone,
       jsonb_agg(jsonb_build_object('field', r.field, 'caspen_value', r.caspen_value,
                                    'quickbooks_value', r.quickbooks_value, 'delta', r.delta::text) ORDER BY r.id)
         AS differences
FROM qbo_sync.reconciliation_difference r
JOIN qbo_sync.comparison_suspect c USING (workspace_id, document_kind, document_id)
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE r.run_id = %(run_id)s AND r.workspace_id = %(workspace_id)s AND NOT r.explained
  AND (r.document_kind, r.document_id) > (%(after_kind)s, %(after_id)s)
GROUP BY r.document_kind, r.document_id, c.document_number, c.invoice_id, c.quickbooks_type, c.quickbooks_id, c.origin,
         c.in_caspen, c.in_quickbooks, c.drifted, c.changed, c.caspen_total, c.quickbooks_total, c.quickbooks_customer, s.gone
HAVING (r.document_kind = 'invoice' AND bool_and(r.field = 'balance')) = %(open_invoices)s
ORDER BY r.document_kind, r.document_id LIMIT %(page_size)s
