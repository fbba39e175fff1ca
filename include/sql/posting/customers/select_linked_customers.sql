-- Every customer that a client is linked to.
SELECT DISTINCT customer_id FROM qbo_sync.customer_link
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s ORDER BY customer_id
