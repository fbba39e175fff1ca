-- The live allocations of one payment.
-- Grain:   one row per live allocation
-- Params:  workspace_id bigint | payment_id bigint | invoice_id bigint
-- Columns: id bigint | amount numeric(12,2) | of_invoice boolean, whether it pays that invoice
SELECT id, amount, invoice_id = %(invoice_id)s AS of_invoice
FROM caspen.payment_allocation
WHERE workspace_id = %(workspace_id)s AND payment_id = %(payment_id)s AND deleted_at IS NULL
ORDER BY id
