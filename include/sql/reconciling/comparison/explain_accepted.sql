-- An invoice's balance follows from what a person accepted of it, to the cent: its own total, what its payments pay of
-- it, what its credit notes take off; or it differs by just what it did when the invoice itself was accepted.
UPDATE qbo_sync.reconciliation_difference r SET explained = true
FROM (
  SELECT c.invoice_id,
         sum(CASE c.document_kind
               WHEN 'invoice' THEN c.quickbooks_total - c.caspen_total
               WHEN 'credit_note' THEN c.caspen_total - c.quickbooks_total + c.quickbooks_balance
               ELSE c.caspen_total - (SELECT coalesce(sum(k.amount), 0)
                                      FROM jsonb_to_recordset(s.facts -> 'links')
                                        AS k(txn_type text, txn_id text, amount numeric)
                                      WHERE k.txn_type = 'Invoice' AND k.txn_id = i.quickbooks_id)
             END) AS follows,
         max(CASE WHEN c.document_kind = 'invoice' THEN (a.facts ->> 'balance')::numeric - a.caspen_balance END)
           AS accepted
  FROM qbo_sync.acceptance a
  JOIN qbo_sync.comparison c USING (workspace_id, document_kind, document_id)
  JOIN qbo_sync.document_link i
    ON i.workspace_id = c.workspace_id AND i.document_kind = 'invoice' AND i.document_id = c.invoice_id
  JOIN qbo_sync.snapshot s
    ON s.realm_id = i.realm_id AND s.quickbooks_type = c.quickbooks_type AND s.quickbooks_id = c.quickbooks_id
  WHERE a.workspace_id = %(workspace_id)s AND c.accepted
  GROUP BY c.invoice_id
) k
WHERE r.run_id = %(run_id)s AND r.workspace_id = %(workspace_id)s AND NOT r.explained
  AND r.field = 'balance' AND r.document_kind = 'invoice' AND r.document_id = k.invoice_id
  AND r.delta IN (k.follows, k.accepted)
