-- What leads from the open balances of compared invoices to what QuickBooks says Caspen's clients owe, as last read.
-- What QuickBooks has in another currency stands on customers whose balances are in that one: it is a step of its own.
-- Columns: foreign_compared: of compared invoices, in another currency, in the home currency | moved: of compared invoices, on customers who are no clients | held: posted, Caspen has a newer version
--          | other: invoices not of Caspen's
WITH open AS MATERIALIZED (
  SELECT s.quickbooks_type, s.quickbooks_id, coalesce(s.home_balance, s.balance) AS balance,
         s.foreign_currency IS NOT NULL AS is_foreign,
         s.foreign_currency IS NULL AND EXISTS (SELECT 1 FROM qbo_sync.customer_link k
                 WHERE k.workspace_id = %(workspace_id)s AND k.realm_id = s.realm_id AND k.customer_id = s.customer_id)
           AS linked
  FROM qbo_sync.snapshot s WHERE s.realm_id = %(realm_id)s AND s.gone IS NULL AND s.balance <> 0
)
SELECT coalesce(sum(o.balance) FILTER (WHERE o.is_foreign AND c.document_id IS NOT NULL), 0) AS foreign_compared,
       coalesce(sum(o.balance) FILTER (WHERE NOT o.is_foreign AND NOT o.linked AND c.document_id IS NOT NULL), 0) AS moved,
       coalesce(sum(o.balance) FILTER (WHERE o.linked AND c.document_id IS NULL AND l.document_id IS NOT NULL), 0) AS held,
       coalesce(sum(o.balance) FILTER (WHERE o.linked AND o.quickbooks_type = 'Invoice' AND c.document_id IS NULL
                                         AND l.document_id IS NULL), 0) AS other,
       coalesce(sum(o.balance) FILTER (WHERE o.linked AND o.quickbooks_type = 'CreditMemo'), 0) AS unused_credits,
       coalesce(sum(o.balance) FILTER (WHERE o.linked AND o.quickbooks_type = 'Payment'), 0) AS unapplied_payments
FROM open o
LEFT JOIN qbo_sync.comparison c
  ON c.workspace_id = %(workspace_id)s AND c.in_caspen AND c.document_kind = 'invoice'
 AND c.quickbooks_type = o.quickbooks_type AND c.quickbooks_id = o.quickbooks_id
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.document_kind = 'invoice'
 AND l.removed_at IS NULL AND l.quickbooks_type = o.quickbooks_type AND l.quickbooks_id = o.quickbooks_id
