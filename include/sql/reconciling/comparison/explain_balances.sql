-- A balance follows from what is listed of the same invoice: its split or excess payments, a payment or credit note of
-- it that is held, gone or edited; or a listed payment that pays it in QuickBooks, moved there from another invoice.
WITH listed AS MATERIALIZED (
  SELECT u.invoice_id FROM qbo_sync.unsynced_invoice u
  WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
    AND (u.document_kind <> 'invoice' OR u.error_key IN ('split_payment', 'overpayment', 'currency_mismatch'))
  UNION
  SELECT i.document_id FROM qbo_sync.unsynced_invoice u
  JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  JOIN qbo_sync.snapshot s USING (realm_id, quickbooks_type, quickbooks_id)
  CROSS JOIN LATERAL jsonb_to_recordset(s.facts -> 'links') AS k(txn_type text, txn_id text)
  JOIN qbo_sync.document_link i
    ON i.workspace_id = u.workspace_id AND i.realm_id = s.realm_id AND i.quickbooks_type = 'Invoice'
   AND i.quickbooks_id = k.txn_id
  WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.document_kind = 'payment'
    AND l.removed_at IS NULL AND s.gone IS NULL AND k.txn_type = 'Invoice'
)
UPDATE qbo_sync.reconciliation_difference r SET explained = true
FROM listed u
WHERE r.run_id = %(run_id)s AND r.workspace_id = %(workspace_id)s AND NOT r.explained
  AND r.field = 'balance' AND r.document_kind = 'invoice' AND r.document_id = u.invoice_id
