-- Who is linked to these customers, in whatever workspace. One row per link, the first owner of a customer first.
SELECT customer_id, client_id, shared_with FROM qbo_sync.customer_link
WHERE realm_id = %(realm_id)s AND customer_id = ANY(%(customer_ids)s)
ORDER BY customer_id, shared_with IS NOT NULL, linked_at, client_id
