-- Who connected and disconnected a workspace, and the history of both.
ALTER TABLE qbo_sync.connection ADD COLUMN connected_by text, ADD COLUMN disconnected_by text;

CREATE TABLE qbo_sync.connection_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id bigint NOT NULL, realm_id text NOT NULL, company_name text,
  what text NOT NULL CHECK (what IN ('connected', 'disconnected', 'lost')),
  at timestamptz NOT NULL DEFAULT now(),
  who text   -- null: Intuit, or QuickBooks
);
CREATE INDEX connection_event_workspace ON qbo_sync.connection_event (workspace_id, id);
