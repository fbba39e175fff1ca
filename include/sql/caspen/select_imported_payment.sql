-- A payment imported earlier, with its live allocations.
-- Grain:   one row per live allocation; one row with null allocation columns when all were unlinked
-- Params:  workspace_id bigint | source_ref text, <realm id>:<QuickBooks payment id>
-- Columns: payment_id bigint | allocation_id bigint | invoice_id bigint | amount numeric(12,2)
SELECT p.id AS payment_id, a.id AS allocation_id, a.invoice_id, a.amount FROM caspen.payment AS p
LEFT JOIN caspen.payment_allocation AS a ON a.payment_id = p.id AND a.deleted_at IS NULL
WHERE p.workspace_id = %(workspace_id)s AND p.source = 'quickbooks' AND p.source_ref = %(source_ref)s
ORDER BY a.id
