-- Freeze the imported payments: compared by what of the QuickBooks payment is on the invoice, and by date. Number and
-- customer are QuickBooks' own. One row per allocation.
-- Params:  home: the company's currency, as of insert_comparison
INSERT INTO qbo_sync.comparison
  (workspace_id, document_kind, document_id, document_number, invoice_id, origin, quickbooks_type, quickbooks_id,
   in_caspen, in_quickbooks, balance_settled, caspen_total, quickbooks_total, caspen_balance, quickbooks_balance,
   caspen_date, quickbooks_date, caspen_currency, quickbooks_currency)
SELECT d.workspace_id, d.document_kind, d.document_id, d.document_number, d.invoice_id, l.origin,
       l.quickbooks_type, l.quickbooks_id,
       true, s.quickbooks_id IS NOT NULL AND s.gone IS NULL, true,
       d.total, (SELECT coalesce(sum(k.amount), 0)
                 FROM jsonb_to_recordset(s.facts -> 'links') AS k(txn_type text, txn_id text, amount numeric)
                 WHERE k.txn_type = 'Invoice' AND k.txn_id = i.quickbooks_id),
       0, 0, d.document_date, s.txn_date,
       CASE WHEN s.foreign_currency IS NOT NULL OR d.currency <> %(home)s THEN coalesce(d.currency, %(home)s) END,
       CASE WHEN s.foreign_currency IS NOT NULL OR d.currency <> %(home)s THEN coalesce(s.foreign_currency, %(home)s) END
FROM qbo_sync.document_link l
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
LEFT JOIN qbo_sync.document_link i
  ON i.workspace_id = d.workspace_id AND i.document_kind = 'invoice' AND i.document_id = d.invoice_id
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.origin = 'quickbooks'
  AND l.removed_at IS NULL AND d.finalised
