-- When the oldest payment behind some allocations was created; by primary key.
-- Grain:   one row
-- Params:  workspace_id bigint | ids bigint[], of the allocations
-- Columns: created_at timestamptz, null where there is none of them
SELECT min(p.created_at) AS created_at
FROM caspen.payment_allocation AS a JOIN caspen.payment AS p ON p.id = a.payment_id
WHERE a.workspace_id = %(workspace_id)s AND a.id = ANY(%(ids)s::bigint[])
