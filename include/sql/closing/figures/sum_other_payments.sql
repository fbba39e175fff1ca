-- What QuickBooks alone has on the payment account, by day of a span: payments not linked to Caspen, and what linked ones
-- pay that is not compared. In the home currency, as last read.
WITH compared AS MATERIALIZED (
  SELECT c.quickbooks_id, sum(coalesce(c.home_total, c.quickbooks_total)) AS amount FROM qbo_sync.comparison c
  WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = 'payment' AND c.in_caspen AND c.in_quickbooks
  GROUP BY c.quickbooks_id
)
SELECT s.txn_date AS day, sum(coalesce(s.home_total, s.total) - coalesce(c.amount, 0)) AS amount
FROM qbo_sync.snapshot s
LEFT JOIN compared c USING (quickbooks_id)
WHERE s.realm_id = %(realm_id)s AND s.quickbooks_type = 'Payment' AND s.gone IS NULL
  AND s.txn_date BETWEEN %(first)s AND %(last)s AND s.facts ->> 'account_id' IS NOT DISTINCT FROM %(account_id)s
GROUP BY s.txn_date
HAVING sum(coalesce(s.home_total, s.total) - coalesce(c.amount, 0)) <> 0
ORDER BY s.txn_date
