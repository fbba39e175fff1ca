-- An invoice with a higher total in QuickBooks that a person accepted: once nothing is due in Caspen, what is paid of the
-- rest cannot be recorded there. Its imported payments may be larger by it, and its balance is what is left of it. And an
-- accepted credit memo, with as much unused as when it was accepted.
WITH agreed AS MATERIALIZED (
  SELECT c.document_id AS invoice_id, c.quickbooks_total - c.caspen_total AS more
  FROM qbo_sync.acceptance a
  JOIN qbo_sync.comparison_suspect c USING (workspace_id, document_kind, document_id)
  WHERE a.workspace_id = %(workspace_id)s AND a.document_kind = 'invoice' AND c.accepted
    AND c.quickbooks_total > c.caspen_total AND c.caspen_balance = 0
),
paid AS MATERIALIZED (
  SELECT r.id, g.more, sum(r.delta) OVER (PARTITION BY g.invoice_id) AS beyond
  FROM agreed g
  JOIN qbo_sync.document d
    ON d.workspace_id = %(workspace_id)s AND d.document_kind = 'payment' AND d.invoice_id = g.invoice_id
  JOIN qbo_sync.comparison_suspect c USING (workspace_id, document_kind, document_id)
  JOIN qbo_sync.reconciliation_difference r USING (workspace_id, document_kind, document_id)
  WHERE r.run_id = %(run_id)s AND r.field = 'total' AND r.delta > 0 AND c.origin = 'quickbooks'
)
UPDATE qbo_sync.reconciliation_difference r SET explained = true
WHERE r.run_id = %(run_id)s AND r.workspace_id = %(workspace_id)s AND NOT r.explained
  AND (r.document_kind = 'credit_note' AND r.field = 'balance' AND EXISTS (
         SELECT 1 FROM qbo_sync.acceptance a
         JOIN qbo_sync.comparison_suspect c USING (workspace_id, document_kind, document_id)
         WHERE (a.workspace_id, a.document_kind, a.document_id) = (r.workspace_id, r.document_kind, r.document_id)
           AND c.accepted AND c.quickbooks_balance = (a.facts ->> 'balance')::numeric)
       OR r.id IN (SELECT p.id FROM paid p WHERE p.beyond <= p.more)
       OR EXISTS (SELECT 1 FROM agreed g
                  WHERE r.document_kind = 'invoice' AND r.document_id = g.invoice_id AND r.field = 'balance'
                    AND r.delta BETWEEN 0 AND g.more))
