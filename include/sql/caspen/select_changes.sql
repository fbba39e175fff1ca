-- What moved since a time, ids only: each branch walks the index (workspace_id, updated_at, id) of its table.
-- Payments have no such index and are not asked: what counts of a payment is its allocations. One that is voided without
-- unlinking them is found by select_void_allocations.
-- Grain:   one row per invoice, credit note or allocation
-- Params:  workspace_id bigint | since timestamptz, inclusive
-- Columns: kind text (allocation, credit_note, invoice) | id bigint
(SELECT 'allocation' AS kind, id
 FROM caspen.payment_allocation WHERE workspace_id = %(workspace_id)s AND updated_at >= %(since)s
 ORDER BY updated_at, id)
UNION ALL
(SELECT 'credit_note', id
 FROM caspen.credit_note WHERE workspace_id = %(workspace_id)s AND updated_at >= %(since)s
 ORDER BY updated_at, id)
UNION ALL
(SELECT 'invoice', id
 FROM caspen.invoice WHERE workspace_id = %(workspace_id)s AND updated_at >= %(since)s
 ORDER BY updated_at, id)
