-- Who is, or ever was, linked to these customers. One row per client and customer.
SELECT DISTINCT to_customer AS customer_id, client_id FROM qbo_sync.customer_link_event
WHERE realm_id = %(realm_id)s AND to_customer = ANY(%(customer_ids)s)
ORDER BY customer_id, client_id
