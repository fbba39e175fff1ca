-- Every difference of the frozen comparison, one row per document and field; delta is QuickBooks minus Caspen.
-- Only suspects are expanded; a difference among the others would be counted by a check and be missing here.
-- What a person accepted (an inactive customer is accepted apart, and not marked then), and what the import says of an
-- imported payment on this invoice, counts as explained; a row that an earlier reconciliation wrote explains nothing.
INSERT INTO qbo_sync.reconciliation_difference
  (run_id, workspace_id, document_kind, document_id, document_number, field, caspen_value, quickbooks_value, delta,
   explained)
SELECT %(run_id)s, c.workspace_id, c.document_kind, c.document_id, c.document_number, m.field, m.ours, m.theirs, m.delta,
       (c.accepted AND m.field <> 'customer status' AND (m.field <> 'balance' OR m.delta = c.quickbooks_total - c.caspen_total))
       OR (c.origin = 'quickbooks' AND EXISTS (
             SELECT 1 FROM qbo_sync.unsynced_invoice u
             WHERE u.workspace_id = c.workspace_id AND u.invoice_id = c.invoice_id AND u.resolved_at IS NULL
               AND u.cause_ref = 'payment:' || c.quickbooks_id))
FROM qbo_sync.comparison_suspect c
CROSS JOIN LATERAL (
  SELECT 'presence' AS field, c.caspen_total::text AS ours, NULL AS theirs, -c.caspen_total AS delta
  WHERE NOT c.in_quickbooks
  UNION ALL
  SELECT 'presence', NULL, c.quickbooks_total::text, c.quickbooks_total WHERE NOT c.in_caspen
  UNION ALL
  SELECT v.field, v.ours::text, v.theirs::text, v.theirs - v.ours
  FROM (VALUES ('subtotal', c.caspen_subtotal, c.quickbooks_subtotal, true),
               ('tax', c.caspen_tax, c.quickbooks_tax, true),
               ('total', c.caspen_total, c.quickbooks_total, true),
               ('balance', c.caspen_balance, c.quickbooks_balance, c.balance_settled)) v(field, ours, theirs, compared)
  WHERE c.in_quickbooks AND c.in_caspen AND v.compared AND v.ours IS DISTINCT FROM v.theirs
  UNION ALL
  SELECT v.field, v.ours, v.theirs, NULL
  FROM (VALUES ('customer', c.caspen_customer, c.quickbooks_customer),
               ('date', c.caspen_date::text, c.quickbooks_date::text),
               ('number', c.caspen_number, c.quickbooks_number)) v(field, ours, theirs)
  WHERE c.in_quickbooks AND c.in_caspen AND v.ours IS DISTINCT FROM v.theirs
  UNION ALL
  SELECT k.field, k.caspen_value, k.quickbooks_value, k.delta
  FROM jsonb_to_recordset(c.changed) AS k(field text, caspen_value text, quickbooks_value text, delta numeric)
  WHERE c.in_quickbooks AND c.in_caspen AND c.changed_fields > 0
) m
WHERE c.workspace_id = %(workspace_id)s
