-- Credit notes and allocations of some invoices, void and unlinked ones included.
-- Allocations go by the index on invoice_id. Credit notes have none. None of them is older than its invoice, so the index
-- (workspace_id, updated_at, id) is read from the day before the oldest of these invoices was made.
-- Grain:   one row per credit note or allocation
-- Params:  workspace_id bigint | invoice_ids bigint[] | made_since timestamptz, a day before the first of them was created
-- Columns: kind text (allocation, credit_note) | id bigint
SELECT 'allocation' AS kind, id
FROM caspen.payment_allocation
WHERE workspace_id = %(workspace_id)s AND invoice_id = ANY(%(invoice_ids)s::bigint[])
UNION ALL
SELECT 'credit_note', id
FROM caspen.credit_note
WHERE workspace_id = %(workspace_id)s AND updated_at >= %(made_since)s
  AND invoice_id = ANY(%(invoice_ids)s::bigint[])
ORDER BY kind, id
