-- How much of its payment is allocated up to and with each of these allocations, in the order they were allocated.
-- Payments have no index of their allocations. None of them is older than its payment, so the index (workspace_id,
-- updated_at, id) is read from the day before the oldest of these payments.
-- Grain:   one row per live allocation
-- Params:  workspace_id bigint | ids bigint[]
-- Columns: id bigint | used numeric
WITH asked AS MATERIALIZED (
  SELECT DISTINCT p.id, p.created_at
  FROM caspen.payment_allocation AS a JOIN caspen.payment AS p ON p.id = a.payment_id
  WHERE a.workspace_id = %(workspace_id)s AND a.id = ANY(%(ids)s::bigint[])
)
SELECT id, used FROM (
  SELECT id, sum(amount) OVER (PARTITION BY payment_id ORDER BY allocated_at, id) AS used
  FROM caspen.payment_allocation
  WHERE workspace_id = %(workspace_id)s AND deleted_at IS NULL
    AND updated_at >= (SELECT min(created_at) - interval '1 day' FROM asked)
    AND payment_id IN (SELECT id FROM asked)
) AS of_payments
WHERE id = ANY(%(ids)s::bigint[])
ORDER BY id
