-- Which of these customers are linked already, and to whom: of those who share one, to the first.
SELECT DISTINCT ON (customer_id) customer_id, client_id
FROM qbo_sync.customer_link WHERE realm_id = %(realm_id)s AND customer_id = ANY(%(customer_ids)s)
ORDER BY customer_id, shared_with IS NOT NULL, linked_at, client_id
