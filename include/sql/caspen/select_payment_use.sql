-- How much of its payment is allocated up to and with each of these allocations, in the order they were allocated.
-- Payments have no index of their allocations. None of them is older than its payment, so the index (workspace_id,
-- updated_at, id) is read from the day before the oldest of these payments.
-- Grain:   one row per live allocation
-- Params:  workspace_id bigint | ids bigint[] | made_since timestamptz, a day before the first of the payments was created
-- Columns: id bigint | used numeric
SELECT id, used FROM (
  SELECT id, sum(amount) OVER (PARTITION BY payment_id ORDER BY allocated_at, id) AS used
  FROM caspen.payment_allocation
  WHERE workspace_id = %(workspace_id)s AND deleted_at IS NULL AND updated_at >= %(made_since)s
    AND payment_id IN (SELECT a.payment_id FROM caspen.payment_allocation AS a
                       WHERE a.workspace_id = %(workspace_id)s AND a.id = ANY(%(ids)s::bigint[]))
) AS of_payments
WHERE id = ANY(%(ids)s::bigint[])
ORDER BY id
