-- The payments on the payment account in QuickBooks, as last read, by what they are to the comparison; and what was
-- compared and lies on another account. The first three names add up to all that is on the account.
-- Grain:   one row per name
-- Params:  workspace_id bigint, realm_id text, account_id text
-- Columns: name: compared (with amount what of it is on our invoices, and rest what is not), held (linked; Caspen has a
--          newer version), other (not linked to Caspen), elsewhere (compared, on another account)
--          | documents bigint | amount | rest
WITH compared AS MATERIALIZED (
  SELECT c.quickbooks_id, sum(c.quickbooks_total) AS amount
  FROM qbo_sync.comparison c
  WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = 'payment' AND c.in_caspen AND c.in_quickbooks
  GROUP BY c.quickbooks_id
)
SELECT CASE
         WHEN p.facts ->> 'account_id' IS DISTINCT FROM %(account_id)s THEN 'elsewhere'
         WHEN c.quickbooks_id IS NOT NULL THEN 'compared'
         WHEN EXISTS (SELECT 1 FROM qbo_sync.document_link l
                      WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = p.realm_id AND l.removed_at IS NULL
                        AND l.quickbooks_type = 'Payment' AND l.quickbooks_id = p.quickbooks_id) THEN 'held'
         ELSE 'other'
       END AS name, count(*) AS documents, sum(coalesce(c.amount, p.total)) AS amount,
       sum(p.total - coalesce(c.amount, p.total)) AS rest
FROM qbo_sync.snapshot p
LEFT JOIN compared c ON c.quickbooks_id = p.quickbooks_id
WHERE p.realm_id = %(realm_id)s AND p.quickbooks_type = 'Payment' AND p.gone IS NULL AND p.total <> 0
  AND (c.quickbooks_id IS NOT NULL OR p.facts ->> 'account_id' = %(account_id)s)
GROUP BY 1
ORDER BY 1
