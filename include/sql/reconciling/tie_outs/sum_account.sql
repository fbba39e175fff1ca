-- What leads from the compared payments to the payments on the payment account in QuickBooks, as last read.
-- Amounts in the home currency.
-- Columns: elsewhere: compared, on another account | rest: what compared payments pay that is not on our invoices
--          | held: linked, Caspen has a newer version | other: not linked to Caspen
WITH compared AS MATERIALIZED (
  SELECT c.quickbooks_id, sum(coalesce(c.home_total, c.quickbooks_total)) AS amount
  FROM qbo_sync.comparison c
  WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = 'payment' AND c.in_caspen AND c.in_quickbooks
  GROUP BY c.quickbooks_id
),
payment AS (
  SELECT coalesce(p.home_total, p.total) AS total, c.amount, p.facts ->> 'account_id' IS NOT DISTINCT FROM %(account_id)s AS chosen,
         EXISTS (SELECT 1 FROM qbo_sync.document_link l
                 WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = p.realm_id AND l.removed_at IS NULL
                   AND l.quickbooks_type = 'Payment' AND l.quickbooks_id = p.quickbooks_id) AS linked
  FROM qbo_sync.snapshot p
  LEFT JOIN compared c ON c.quickbooks_id = p.quickbooks_id
  WHERE p.realm_id = %(realm_id)s AND p.quickbooks_type = 'Payment' AND p.gone IS NULL AND p.total <> 0
)
SELECT coalesce(sum(amount) FILTER (WHERE NOT chosen), 0) AS elsewhere,
       coalesce(sum(total - amount) FILTER (WHERE chosen), 0) AS rest,
       coalesce(sum(total) FILTER (WHERE chosen AND amount IS NULL AND linked), 0) AS held,
       coalesce(sum(total) FILTER (WHERE chosen AND amount IS NULL AND NOT linked), 0) AS other
FROM payment
