-- Which QuickBooks customer a Caspen client is. Two clients never share one.
CREATE TABLE qbo_sync.customer_link (
  workspace_id  bigint      NOT NULL,
  realm_id      text        NOT NULL,
  client_id     bigint      NOT NULL,
  customer_id   text        NOT NULL,
  matched_by    text        NOT NULL CHECK (matched_by IN ('name', 'person', 'created')),
  note          text,                                       -- e.g. that QuickBooks refused the e-mail address
  linked_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, realm_id, client_id),
  UNIQUE (realm_id, customer_id)
)
