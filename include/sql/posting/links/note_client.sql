-- Of which client of Caspen's a link is, where that was not kept.
UPDATE qbo_sync.customer_link SET made_at = %(made_at)s
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND client_id = %(client_id)s AND made_at IS NULL
