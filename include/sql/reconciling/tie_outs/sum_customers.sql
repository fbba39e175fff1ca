-- Total balance in QuickBooks of the customers of a workspace's clients. One row.
-- Params:  balances: of all customers who owe or are owed
SELECT coalesce(sum(b.balance), 0) AS amount
FROM unnest(%(customer_ids)s::text[], %(balances)s::numeric[]) AS b(customer_id, balance)
JOIN qbo_sync.customer_link k
  ON k.workspace_id = %(workspace_id)s AND k.realm_id = %(realm_id)s AND k.customer_id = b.customer_id
