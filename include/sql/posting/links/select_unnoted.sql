-- Linked clients of whom it was not kept when Caspen made them.
SELECT client_id FROM qbo_sync.customer_link
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND made_at IS NULL
