-- What QuickBooks holds open of Invoices, CreditMemos and Payments, as last read, by what it is to the comparison.
-- Grain:   one row per name and owner
-- Params:  workspace_id bigint, realm_id text
-- Columns: name: compared, held (posted; Caspen has a newer version), other (not Caspen's), unused_credits or
--          unapplied_payments | linked: its customer is one of Caspen's clients | documents bigint | amount
WITH open AS MATERIALIZED (
  SELECT s.quickbooks_type, s.quickbooks_id, s.balance,
         EXISTS (SELECT 1 FROM qbo_sync.customer_link k
                 WHERE k.workspace_id = %(workspace_id)s AND k.realm_id = s.realm_id AND k.customer_id = s.customer_id)
           AS linked
  FROM qbo_sync.snapshot s
  WHERE s.realm_id = %(realm_id)s AND s.gone IS NULL AND s.balance <> 0
)
SELECT CASE o.quickbooks_type
         WHEN 'CreditMemo' THEN 'unused_credits'
         WHEN 'Payment' THEN 'unapplied_payments'
         ELSE CASE
                WHEN c.document_id IS NOT NULL THEN 'compared'
                WHEN l.document_id IS NOT NULL THEN 'held'
                ELSE 'other'
              END
       END AS name, o.linked, count(*) AS documents, sum(o.balance) AS amount
FROM open o
LEFT JOIN qbo_sync.comparison c
  ON c.workspace_id = %(workspace_id)s AND c.in_caspen AND c.document_kind = 'invoice'
 AND c.quickbooks_type = o.quickbooks_type AND c.quickbooks_id = o.quickbooks_id
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.document_kind = 'invoice'
 AND l.removed_at IS NULL AND l.quickbooks_type = o.quickbooks_type AND l.quickbooks_id = o.quickbooks_id
GROUP BY 1, 2
ORDER BY 1, 2
