-- Net sales and tax of the compared invoices less credit notes, by month of Caspen's date.
-- Params:  workspace_id bigint, since date
-- Columns: month date | caspen_net | quickbooks_net | caspen_tax | quickbooks_tax
SELECT date_trunc('month', c.caspen_date)::date AS month,
       sum(g.sign * c.caspen_subtotal) AS caspen_net,
       coalesce(sum(g.sign * c.quickbooks_subtotal) FILTER (WHERE c.in_quickbooks), 0) AS quickbooks_net,
       sum(g.sign * c.caspen_tax) AS caspen_tax,
       coalesce(sum(g.sign * c.quickbooks_tax) FILTER (WHERE c.in_quickbooks), 0) AS quickbooks_tax
FROM qbo_sync.comparison c
CROSS JOIN LATERAL (SELECT CASE WHEN c.document_kind = 'credit_note' THEN -1 ELSE 1 END AS sign) g
WHERE c.workspace_id = %(workspace_id)s AND c.document_kind <> 'payment' AND c.in_caspen AND c.caspen_date >= %(since)s
GROUP BY 1
ORDER BY 1
