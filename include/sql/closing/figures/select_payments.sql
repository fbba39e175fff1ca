-- Compared payments that either side dates in a span; QuickBooks' amounts in the home currency, and only where it has the
-- payment on the chosen account. One row per allocation.
SELECT c.document_kind, c.document_id, CASE WHEN c.in_caspen THEN c.caspen_date END AS caspen_date, c.caspen_total,
       CASE WHEN c.in_quickbooks THEN c.quickbooks_date END AS quickbooks_date,
       CASE WHEN c.in_quickbooks AND s.facts ->> 'account_id' IS NOT DISTINCT FROM %(account_id)s
            THEN coalesce(c.home_total, c.quickbooks_total) ELSE 0 END AS quickbooks_total
FROM qbo_sync.comparison c
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = %(realm_id)s AND s.quickbooks_type = c.quickbooks_type AND s.quickbooks_id = c.quickbooks_id
WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = 'payment' AND c.in_caspen
  AND (c.caspen_date BETWEEN %(first)s AND %(last)s OR c.quickbooks_date BETWEEN %(first)s AND %(last)s)
  AND (c.document_kind, c.document_id) > (%(after_kind)s, %(after_id)s)
ORDER BY c.document_kind, c.document_id LIMIT %(page_size)s
