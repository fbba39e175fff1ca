-- Link a client to another customer, or to its first, with a line of its history.
-- Params:  shared_with: the client who has that customer already, or null
WITH before AS (
  SELECT customer_id FROM qbo_sync.customer_link
  WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND client_id = %(client_id)s
), linked AS (
  INSERT INTO qbo_sync.customer_link (workspace_id, realm_id, client_id, customer_id, matched_by, shared_with)
  VALUES (%(workspace_id)s, %(realm_id)s, %(client_id)s, %(customer_id)s, %(why)s, %(shared_with)s)
  ON CONFLICT (workspace_id, realm_id, client_id) DO UPDATE
  SET customer_id = excluded.customer_id, matched_by = excluded.matched_by, note = NULL,
      shared_with = excluded.shared_with, linked_at = now(), made_at = NULL
  RETURNING client_id
)
INSERT INTO qbo_sync.customer_link_event
  (workspace_id, realm_id, client_id, who, from_customer, to_customer, why, detail)
SELECT %(workspace_id)s, %(realm_id)s, client_id, %(who)s, (SELECT customer_id FROM before), %(customer_id)s, %(why)s,
       %(detail)s
FROM linked
