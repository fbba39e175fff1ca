-- Net sales in QuickBooks by tax code: lines of compared invoices less credit notes, of a span of Caspen's dates.
-- Params:  workspace_id bigint, realm_id text, since date
-- Columns: tax_code_id | net
SELECT k.tax_code_id, sum(CASE WHEN c.document_kind = 'credit_note' THEN -k.amount ELSE k.amount END) AS net
FROM qbo_sync.comparison c
JOIN qbo_sync.snapshot s
  ON s.realm_id = %(realm_id)s AND s.quickbooks_type = c.quickbooks_type AND s.quickbooks_id = c.quickbooks_id
CROSS JOIN LATERAL jsonb_to_recordset(s.facts -> 'lines') AS k(tax_code_id text, amount numeric)
WHERE c.workspace_id = %(workspace_id)s AND c.document_kind <> 'payment' AND c.in_caspen AND c.in_quickbooks
  AND c.caspen_date >= %(since)s
GROUP BY 1
ORDER BY 1
