-- The same of the allocations that changed last, found by the index (workspace_id, updated_at, id): what a run can look at
-- whatever the practice's past. The others are looked at each night.
-- Grain:   one row per allocation
-- Params:  workspace_id bigint | since timestamptz, inclusive | most bigint, allocations looked at
-- Columns: id bigint
SELECT a.id FROM (
  SELECT id, payment_id, deleted_at, updated_at FROM caspen.payment_allocation
  WHERE workspace_id = %(workspace_id)s
  ORDER BY updated_at DESC, id DESC
  LIMIT %(most)s
) AS a
CROSS JOIN LATERAL (
  SELECT p.id FROM caspen.payment AS p
  WHERE p.id = a.payment_id AND p.status = 'void' AND p.updated_at >= %(since)s
  OFFSET 0   -- one by one: PostgreSQL would read all payments to join them
) AS p
WHERE a.deleted_at IS NULL
ORDER BY a.id
