-- Invoices less credit memos that QuickBooks dates in a span and that are not compared, as last read. One row per name.
-- Amounts in the home currency.
-- Columns: name: held (posted; Caspen has a newer version) or other (not Caspen's)
SELECT CASE WHEN l.document_id IS NULL THEN 'other' ELSE 'held' END AS name, count(*) AS documents,
       sum(g.sign * coalesce(s.home_total - s.home_tax, s.subtotal)) AS net,
       sum(g.sign * coalesce(s.home_tax, s.tax)) AS tax
FROM qbo_sync.snapshot s
CROSS JOIN LATERAL (SELECT CASE s.quickbooks_type WHEN 'CreditMemo' THEN -1 ELSE 1 END AS sign) g
LEFT JOIN qbo_sync.comparison c
  ON c.workspace_id = %(workspace_id)s AND c.in_caspen AND c.document_kind <> 'payment'
 AND c.quickbooks_type = s.quickbooks_type AND c.quickbooks_id = s.quickbooks_id
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = %(workspace_id)s AND l.realm_id = s.realm_id AND l.removed_at IS NULL
 AND l.quickbooks_type = s.quickbooks_type AND l.quickbooks_id = s.quickbooks_id
WHERE s.realm_id = %(realm_id)s AND s.quickbooks_type IN ('Invoice', 'CreditMemo') AND s.gone IS NULL AND s.total <> 0
  AND s.txn_date BETWEEN %(since)s AND coalesce(%(through)s::date, 'infinity') AND c.document_id IS NULL
GROUP BY 1 ORDER BY 1
