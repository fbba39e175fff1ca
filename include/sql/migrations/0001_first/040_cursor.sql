-- How far each feed has been read for certain.
CREATE TABLE qbo_sync.cursor (
  workspace_id  bigint      NOT NULL,
  name          text        NOT NULL,        -- caspen, quickbooks_payments, quickbooks_documents
  position      timestamptz NOT NULL,
  checkpoints   jsonb       NOT NULL DEFAULT '[]',   -- looks not confirmed yet: [{at, next_number}]
  updated_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, name)
)
