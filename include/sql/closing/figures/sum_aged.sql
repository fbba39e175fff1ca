-- What clients owed at the end of a day on compared invoices dated until then, by client and age; both sides, QuickBooks'
-- in the home currency. The present balance, and what was paid or credited with a later date is put back on top of it.
-- Params:  last: the day | bounds: the first day past due of each age but the first
-- Columns: age: 0 is not yet due | customers: in QuickBooks
WITH ours AS (
  SELECT c.invoice_id, sum(c.caspen_total) AS amount FROM qbo_sync.comparison c
  WHERE c.workspace_id = %(workspace_id)s AND c.document_kind <> 'invoice' AND c.in_caspen AND c.caspen_date > %(last)s
  GROUP BY c.invoice_id
),
theirs AS (
  SELECT k.txn_id, sum(k.amount) AS amount
  FROM qbo_sync.snapshot s
  CROSS JOIN LATERAL jsonb_to_recordset(s.facts -> 'links') AS k(txn_type text, txn_id text, amount numeric)
  WHERE s.realm_id = %(realm_id)s AND s.quickbooks_type = 'Payment' AND s.gone IS NULL AND s.txn_date > %(last)s
    AND k.txn_type = 'Invoice'
  GROUP BY k.txn_id
),
due AS (
  SELECT d.client_id, s.customer_id, width_bucket(%(last)s - d.due_date, %(bounds)s::integer[]) AS caspen_age,
         width_bucket(%(last)s - coalesce(s.due_date, d.due_date), %(bounds)s::integer[]) AS quickbooks_age,
         CASE WHEN c.in_caspen AND c.caspen_date <= %(last)s THEN c.caspen_balance + coalesce(o.amount, 0) ELSE 0 END AS caspen,
         CASE WHEN c.in_quickbooks AND c.quickbooks_date <= %(last)s
              THEN coalesce(c.home_balance, c.quickbooks_balance) + coalesce(t.amount, 0) ELSE 0 END AS quickbooks
  FROM qbo_sync.comparison c
  JOIN qbo_sync.document d
    ON d.workspace_id = c.workspace_id AND d.document_kind = c.document_kind AND d.document_id = c.document_id
  LEFT JOIN qbo_sync.snapshot s
    ON s.realm_id = %(realm_id)s AND s.quickbooks_type = 'Invoice' AND s.quickbooks_id = c.quickbooks_id
  LEFT JOIN ours o ON o.invoice_id = c.document_id
  LEFT JOIN theirs t ON t.txn_id = c.quickbooks_id
  WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = 'invoice' AND c.in_caspen
),
side AS (
  SELECT client_id, customer_id, caspen_age AS age, caspen, 0 AS quickbooks FROM due WHERE caspen <> 0
  UNION ALL
  SELECT client_id, customer_id, quickbooks_age, 0, quickbooks FROM due WHERE quickbooks <> 0
)
SELECT client_id, age, sum(caspen) AS caspen, sum(quickbooks) AS quickbooks,
       string_agg(DISTINCT customer_id, ', ' ORDER BY customer_id) AS customers
FROM side GROUP BY client_id, age ORDER BY client_id, age
