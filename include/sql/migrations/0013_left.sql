-- What a person left as it is: a listed row, for Caspen's version and the words it was listed with. It is not listed
-- again with those words, and a document that is not in QuickBooks stays out of it.
CREATE TABLE qbo_sync.left_row (
  workspace_id bigint NOT NULL, document_kind text NOT NULL, document_id bigint NOT NULL, error_key text NOT NULL,
  version text NOT NULL,   -- Caspen's version then; a new one is listed, or posted, again
  detail text NOT NULL, left_at timestamptz NOT NULL DEFAULT now(), left_by text NOT NULL,
  PRIMARY KEY (workspace_id, document_kind, document_id, error_key)
);
