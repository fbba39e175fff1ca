-- Documents whose figure differs, QuickBooks' in the home currency, largest first. One row per document.
-- Params:  figure: total or balance | imported: payments that came from QuickBooks, or all other documents
-- Columns: quickbooks: null where it is not there | items, delta_of_all: of all of them, however many are shown
SELECT i.*, count(*) OVER () AS items, sum(i.delta) OVER () AS delta_of_all
FROM (
  SELECT c.document_id, c.document_number, v.caspen, v.quickbooks,
         coalesce(v.quickbooks, 0) - coalesce(v.caspen, 0) AS delta
  FROM qbo_sync.comparison c
  CROSS JOIN LATERAL (
    SELECT CASE %(figure)s WHEN 'total' THEN c.caspen_total ELSE c.caspen_balance END AS caspen,
           CASE WHEN NOT c.in_quickbooks THEN NULL
                WHEN %(figure)s = 'total' THEN coalesce(c.home_total, c.quickbooks_total)
                ELSE coalesce(c.home_balance, c.quickbooks_balance) END AS quickbooks
  ) v
  WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = %(document_kind)s AND c.in_caspen
    AND (coalesce(c.origin, 'caspen') = 'quickbooks') = %(imported)s
) i
WHERE i.delta <> 0
ORDER BY abs(i.delta) DESC, i.document_number LIMIT %(most)s
