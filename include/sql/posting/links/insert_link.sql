-- Link a client that has no customer yet, with the first line of its history.
WITH linked AS (
  INSERT INTO qbo_sync.customer_link (workspace_id, realm_id, client_id, customer_id, matched_by, note)
  VALUES (%(workspace_id)s, %(realm_id)s, %(client_id)s, %(customer_id)s, %(matched_by)s, %(note)s)
  ON CONFLICT (workspace_id, realm_id, client_id) DO NOTHING
  RETURNING workspace_id, realm_id, client_id, customer_id, matched_by, note
)
INSERT INTO qbo_sync.customer_link_event 
  (workspace_id, realm_id, client_id, from_customer, to_customer, why, detail)
SELECT l.workspace_id, l.realm_id, l.client_id,
       (SELECT e.to_customer FROM qbo_sync.customer_link_event e   -- one that was given up since
        WHERE e.workspace_id = l.workspace_id AND e.realm_id = l.realm_id AND e.client_id = l.client_id
        ORDER BY e.id DESC LIMIT 1),
       l.customer_id, l.matched_by, coalesce(l.note, '')
FROM linked l
