-- Compared documents that either side dates in a span, by kind; each side's total counts where that side dates it there.
-- QuickBooks' in the home currency.
SELECT document_kind AS kind, count(*) AS documents,
       coalesce(sum(caspen_total) FILTER (WHERE caspen_date BETWEEN %(first)s AND %(last)s), 0) AS caspen,
       coalesce(sum(coalesce(home_total, quickbooks_total))
                FILTER (WHERE in_quickbooks AND quickbooks_date BETWEEN %(first)s AND %(last)s), 0) AS quickbooks
FROM qbo_sync.comparison
WHERE workspace_id = %(workspace_id)s AND in_caspen
  AND (caspen_date BETWEEN %(first)s AND %(last)s
       OR (in_quickbooks AND quickbooks_date BETWEEN %(first)s AND %(last)s))
GROUP BY document_kind ORDER BY array_position(ARRAY['invoice', 'credit_note', 'payment'], document_kind)
