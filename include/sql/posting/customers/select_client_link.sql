-- The link of one client.
SELECT l.client_id, l.customer_id, l.matched_by, l.linked_at, l.shared_with, l.note,
       k.customer_id IS NOT NULL AS inactive
FROM qbo_sync.customer_link l
LEFT JOIN qbo_sync.inactive_customer k ON k.realm_id = l.realm_id AND k.customer_id = l.customer_id
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.client_id = %(client_id)s
