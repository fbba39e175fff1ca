-- Links of clients to customers can be followed and changed: who did it, when, from which to which, and why.
ALTER TABLE qbo_sync.customer_link DROP CONSTRAINT customer_link_matched_by_check;
ALTER TABLE qbo_sync.customer_link ADD CONSTRAINT customer_link_matched_by_check
  CHECK (matched_by IN ('name', 'person', 'created', 'merged', 'relinked'));

-- Two clients share a customer only where a person said so; then all but the first are marked.
ALTER TABLE qbo_sync.customer_link ADD COLUMN shared_with bigint;   -- the client who has it already, as a person named it
ALTER TABLE qbo_sync.customer_link DROP CONSTRAINT customer_link_realm_id_customer_id_key;
CREATE UNIQUE INDEX customer_link_owner ON qbo_sync.customer_link (realm_id, customer_id) WHERE shared_with IS NULL;
CREATE INDEX customer_link_customer ON qbo_sync.customer_link (realm_id, customer_id);

-- The history of the links of clients to customers, oldest first.
CREATE TABLE qbo_sync.customer_link_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id bigint NOT NULL, realm_id text NOT NULL,
  client_id bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), who text NOT NULL DEFAULT 'sync',
  from_customer text,   -- null: the first link
  to_customer text NOT NULL,
  why text NOT NULL CHECK (why IN ('name', 'person', 'created', 'merged', 'relinked')),
  detail text NOT NULL DEFAULT ''
);
CREATE INDEX customer_link_event_client ON qbo_sync.customer_link_event (workspace_id, realm_id, client_id, id);
CREATE INDEX customer_link_event_customer ON qbo_sync.customer_link_event (realm_id, to_customer);
INSERT INTO qbo_sync.customer_link_event (workspace_id, realm_id, client_id, at, to_customer, why)
SELECT workspace_id, realm_id, client_id, linked_at, customer_id, matched_by FROM qbo_sync.customer_link
ORDER BY linked_at, client_id;

-- The documents of one client.
CREATE INDEX document_client ON qbo_sync.document (workspace_id, client_id);

-- For which client a document was accepted on the customer it stands on: given to another client, it moves.
ALTER TABLE qbo_sync.acceptance ADD COLUMN client_id bigint;
