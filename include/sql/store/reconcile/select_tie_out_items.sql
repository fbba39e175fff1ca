-- Documents whose figure differs, largest first, with what is known of the reason.
-- Params:  workspace_id bigint, document_kind text, figure text: total, tax or balance, since date or null: only
--          documents dated from then on, most int
-- Columns: kind | figure | document_number | caspen_value | quickbooks_value | delta | settled | accepted | title | items bigint: of all
SELECT %(document_kind)s AS kind, %(figure)s AS figure, i.document_number, i.caspen_value, i.quickbooks_value, i.delta, i.settled, i.accepted, u.title,
       count(*) OVER () AS items, sum(i.delta) OVER () AS delta_of_all
FROM (
  SELECT c.workspace_id, c.document_kind, c.document_id, c.document_number, c.balance_settled AS settled, c.accepted,
         v.caspen_value, v.quickbooks_value, coalesce(v.quickbooks_value, 0) - coalesce(v.caspen_value, 0) AS delta
  FROM qbo_sync.comparison c
  CROSS JOIN LATERAL (
    SELECT CASE %(figure)s WHEN 'total' THEN c.caspen_total WHEN 'tax' THEN c.caspen_tax ELSE c.caspen_balance END
             AS caspen_value,
           CASE WHEN NOT c.in_quickbooks THEN NULL
                WHEN %(figure)s = 'total' THEN c.quickbooks_total
                WHEN %(figure)s = 'tax' THEN c.quickbooks_tax ELSE c.quickbooks_balance END AS quickbooks_value
  ) v
  WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = %(document_kind)s AND c.in_caspen
    AND (%(since)s::date IS NULL OR c.caspen_date >= %(since)s)
) i
LEFT JOIN LATERAL (
  SELECT u.title
  FROM qbo_sync.unsynced_invoice u
  WHERE u.workspace_id = i.workspace_id AND u.resolved_at IS NULL
    AND ((u.document_kind = i.document_kind AND u.document_id = i.document_id)
         OR (i.document_kind = 'invoice' AND u.invoice_id = i.document_id))
  ORDER BY u.document_kind = i.document_kind DESC, u.first_seen_at, u.id
  LIMIT 1
) u ON true
WHERE i.delta <> 0
ORDER BY abs(i.delta) DESC, i.document_number
LIMIT %(most)s
