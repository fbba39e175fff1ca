-- A person says that the link is right for the client that has the id now.
UPDATE qbo_sync.customer_link SET made_at = NULL
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND client_id = %(client_id)s
