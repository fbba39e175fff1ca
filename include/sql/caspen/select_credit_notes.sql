-- Credit notes with their lines, in one statement so that they add up; void ones included.
-- The reason typed for it stays in Caspen. What was credited is named by the invoice line.
-- Grain:   one row per line; one row with null line columns for a credit note without lines
-- Params:  workspace_id bigint | ids bigint[]
-- Columns: as caspen_qbo.core.records.CreditNote, and CreditNoteLine with the prefix line_
SELECT
  n.id, n.workspace_id, n.number, n.invoice_id, n.status, n.issue_date, n.tax_mode,
  n.subtotal, n.tax_total, n.total, n.created_at, n.voided_at, n.updated_at,
  c.id AS line_id, c.invoice_line_id AS line_invoice_line_id, c.quantity AS line_quantity,
  c.amount AS line_amount, c.tax_rate_id AS line_tax_rate_id, c.tax_percent AS line_tax_percent,
  c.tax_amount AS line_tax_amount, l.kind AS line_kind, l.name AS line_name, l.item_code AS line_item_code,
  l.service_date AS line_service_date
FROM caspen.credit_note AS n
LEFT JOIN caspen.credit_note_line AS c ON c.credit_note_id = n.id
LEFT JOIN caspen.invoice_line AS l ON l.id = c.invoice_line_id
WHERE n.workspace_id = %(workspace_id)s AND n.id = ANY(%(ids)s::bigint[])
ORDER BY n.id, c.id
