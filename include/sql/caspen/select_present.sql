-- Which of these documents Caspen has, and when each changed last; by primary key.
-- Grain:   one row per document that is there
-- Params:  workspace_id bigint | invoice_ids, credit_note_ids, allocation_ids bigint[]
-- Columns: kind text | id bigint | updated_at timestamptz
SELECT 'invoice' AS kind, i.id, i.updated_at FROM caspen.invoice AS i
WHERE i.workspace_id = %(workspace_id)s AND i.id = ANY(%(invoice_ids)s::bigint[])
UNION ALL
SELECT 'credit_note', n.id, n.updated_at FROM caspen.credit_note AS n
WHERE n.workspace_id = %(workspace_id)s AND n.id = ANY(%(credit_note_ids)s::bigint[])
UNION ALL
SELECT 'payment', a.id, a.updated_at FROM caspen.payment_allocation AS a
WHERE a.workspace_id = %(workspace_id)s AND a.id = ANY(%(allocation_ids)s::bigint[])
