-- Which of these customers are linked already, and to whom.
SELECT customer_id, client_id
FROM qbo_sync.customer_link WHERE realm_id = %(realm_id)s AND customer_id = ANY(%(customer_ids)s)
