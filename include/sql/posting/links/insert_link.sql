INSERT INTO qbo_sync.customer_link (workspace_id, realm_id, client_id, customer_id, matched_by, note)
VALUES (%(workspace_id)s, %(realm_id)s, %(client_id)s, %(customer_id)s, %(matched_by)s, %(note)s)
ON CONFLICT (workspace_id, realm_id, client_id) DO NOTHING
