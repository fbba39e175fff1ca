-- Credit notes and allocations of some invoices, void and unlinked ones included.
-- Allocations go by the index on invoice_id. Credit notes have none: the workspace's are read, by index.
-- Grain:   one row per credit note or allocation
-- Params:  workspace_id bigint | invoice_ids bigint[]
-- Columns: kind text (allocation, credit_note) | id bigint
SELECT 'allocation' AS kind, id
FROM caspen.payment_allocation
WHERE workspace_id = %(workspace_id)s AND invoice_id = ANY(%(invoice_ids)s::bigint[])
UNION ALL
SELECT 'credit_note', id
FROM caspen.credit_note WHERE workspace_id = %(workspace_id)s AND invoice_id = ANY(%(invoice_ids)s::bigint[])
ORDER BY kind, id
