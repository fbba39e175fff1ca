-- Invoices with their lines, in one statement: header and lines are of the same moment, so they add up.
-- The line's description stays in Caspen, as do the invoice's reference and third-party payer.
-- Grain:   one row per line; one row with null line columns for an invoice without lines
-- Params:  workspace_id bigint | ids bigint[]
-- Columns: as caspen_qbo.core.records.Invoice, and InvoiceLine with the prefix line_
SELECT
  i.id, i.workspace_id, i.number, i.client_id, i.issue_date, i.due_date, i.status, i.tax_mode, i.currency,
  i.subtotal, i.tax_total, i.total, i.balance,
  i.created_at, i.finalised_at, i.reverted_at, i.voided_at, i.deleted_at, i.revision, i.updated_at,
  i.quickbooks_status, i.quickbooks_status_detail,
  l.id AS line_id, l.position AS line_position, l.kind AS line_kind, l.name AS line_name,
  l.item_code AS line_item_code, l.service_date AS line_service_date, l.quantity AS line_quantity,
  l.unit_price AS line_unit_price, l.discount_type AS line_discount_type,
  l.discount_value AS line_discount_value, l.discount_amount AS line_discount_amount,
  l.tax_rate_id AS line_tax_rate_id, l.tax_percent AS line_tax_percent, l.amount AS line_amount,
  l.tax_amount AS line_tax_amount
FROM caspen.invoice AS i
LEFT JOIN caspen.invoice_line AS l ON l.invoice_id = i.id
WHERE i.workspace_id = %(workspace_id)s AND i.id = ANY(%(ids)s::bigint[])
ORDER BY i.id, l.position
