-- Where an imported allocation belongs, live or not. Payments that were not imported are not found.
-- Grain:   one row, or none
-- Params:  workspace_id bigint | allocation_id bigint
-- Columns: payment_id bigint | invoice_id bigint
SELECT a.payment_id, a.invoice_id FROM caspen.payment_allocation AS a
JOIN caspen.payment AS p ON p.id = a.payment_id
WHERE a.id = %(allocation_id)s AND a.workspace_id = %(workspace_id)s AND p.source = 'quickbooks'
