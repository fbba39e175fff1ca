-- When the oldest of some invoices was created; by primary key.
-- Grain:   one row
-- Params:  workspace_id bigint | invoice_ids bigint[]
-- Columns: created_at timestamptz, null where there is none of them
SELECT min(created_at) AS created_at FROM caspen.invoice
WHERE workspace_id = %(workspace_id)s AND id = ANY(%(invoice_ids)s::bigint[])
