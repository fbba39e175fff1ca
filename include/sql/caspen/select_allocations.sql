-- Allocations with what is needed of their payment; unlinked ones included. The payment's description stays in Caspen.
-- Grain:   one row per allocation
-- Params:  workspace_id bigint | ids bigint[]
-- Columns: as caspen_qbo.core.records.Allocation
SELECT
  a.id, a.workspace_id, a.payment_id, a.invoice_id, a.amount, a.allocated_at, a.deleted_at, a.updated_at,
  p.number AS payment_number, p.method AS payment_method, p.payment_date AS payment_date,
  p.amount AS payment_amount, p.status AS payment_status, p.source AS payment_source,
  p.source_ref AS payment_source_ref
FROM caspen.payment_allocation AS a
JOIN caspen.payment AS p ON p.id = a.payment_id
WHERE a.workspace_id = %(workspace_id)s AND a.id = ANY(%(ids)s::bigint[])
ORDER BY a.id
