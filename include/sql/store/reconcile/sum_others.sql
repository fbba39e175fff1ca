-- What QuickBooks holds beside Caspen's documents: other open invoices of the same customers, other payments on the
-- payment account, and payments of ours that lie on another account.
-- Params:  workspace_id bigint, realm_id text, account_id text
-- Columns: name | documents bigint | amount
SELECT 'open_invoices' AS name, count(*) AS documents, coalesce(sum(s.balance), 0) AS amount
FROM qbo_sync.snapshot s
WHERE s.realm_id = %(realm_id)s AND s.quickbooks_type = 'Invoice' AND s.gone IS NULL AND s.balance <> 0
  AND EXISTS (SELECT 1 FROM qbo_sync.customer_link k WHERE k.realm_id = s.realm_id AND k.customer_id = s.customer_id
                AND k.workspace_id = %(workspace_id)s)
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                  WHERE l.realm_id = s.realm_id AND l.quickbooks_type = 'Invoice' AND l.quickbooks_id = s.quickbooks_id)
UNION ALL
SELECT 'other_payments', count(*), coalesce(sum(s.total), 0)
FROM qbo_sync.snapshot s
WHERE s.realm_id = %(realm_id)s AND s.quickbooks_type = 'Payment' AND s.gone IS NULL AND s.total <> 0
  AND s.facts ->> 'account_id' = %(account_id)s
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                  WHERE l.realm_id = s.realm_id AND l.quickbooks_type = 'Payment' AND l.quickbooks_id = s.quickbooks_id)
UNION ALL
SELECT 'on_other_account', count(*), coalesce(sum(c.quickbooks_total), 0)
FROM qbo_sync.comparison c
JOIN qbo_sync.snapshot s
  ON s.realm_id = %(realm_id)s AND s.quickbooks_type = c.quickbooks_type AND s.quickbooks_id = c.quickbooks_id
WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = 'payment' AND c.in_quickbooks
  AND s.facts ->> 'account_id' IS DISTINCT FROM %(account_id)s
UNION ALL
SELECT 'held_invoices', count(*), coalesce(sum(s.balance), 0)
FROM qbo_sync.document_link l
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
JOIN qbo_sync.snapshot s USING (realm_id, quickbooks_type, quickbooks_id)
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.document_kind = 'invoice'
  AND l.removed_at IS NULL AND s.gone IS NULL AND d.version IS DISTINCT FROM d.synced_version
