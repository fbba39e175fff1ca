-- Everything that happened to the link of one client, newest first.
SELECT at, who, from_customer, to_customer, why, detail FROM qbo_sync.customer_link_event
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND client_id = %(client_id)s
ORDER BY id DESC
