-- Totals of the frozen comparison by document kind and origin, as far as both sides are there or Caspen's is.
-- QuickBooks' figures in the home currency.
SELECT document_kind, coalesce(origin, 'caspen') AS origin, count(*) AS documents,
       coalesce(sum(caspen_total), 0) AS caspen_total,
       coalesce(sum(coalesce(home_total, quickbooks_total)) FILTER (WHERE in_quickbooks), 0) AS quickbooks_total,
       coalesce(sum(caspen_balance), 0) AS caspen_balance,
       coalesce(sum(coalesce(home_balance, quickbooks_balance)) FILTER (WHERE in_quickbooks), 0) AS quickbooks_balance
FROM qbo_sync.comparison WHERE workspace_id = %(workspace_id)s AND in_caspen
GROUP BY 1, 2 ORDER BY 1, 2
