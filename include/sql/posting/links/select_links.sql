SELECT client_id, customer_id, made_at FROM qbo_sync.customer_link
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND client_id = ANY(%(client_ids)s)
