-- QuickBooks' version of a document that a person accepted; it is raised again only when either side changes again.
CREATE TABLE qbo_sync.acceptance (
  workspace_id   bigint      NOT NULL,
  document_kind  text        NOT NULL,
  document_id    bigint      NOT NULL,
  facts          jsonb       NOT NULL,
  version        text        NOT NULL,     -- Caspen's version it was accepted against
  accepted_at    timestamptz NOT NULL DEFAULT now(),
  accepted_by    text        NOT NULL,
  PRIMARY KEY (workspace_id, document_kind, document_id)
)
