-- What a person has to look at. One open row per document and cause; a resolved row stays as history.
CREATE TABLE qbo_sync.unsynced_invoice (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id     bigint      NOT NULL,
  document_kind    text        NOT NULL,
  document_id      bigint      NOT NULL,
  document_number  text        NOT NULL,
  invoice_id       bigint      NOT NULL,
  error_key        text        NOT NULL,
  title            text        NOT NULL,
  detail           text        NOT NULL,
  fix              text        NOT NULL,
  cause_ref        text        NOT NULL DEFAULT '',     -- what one fix repairs: tax_rate:12, customer:77, connection
  blocks           boolean     NOT NULL DEFAULT true,   -- false: posted and stays posted; a person should compare
  field            text,
  caspen_value     text,
  quickbooks_value text,
  delta            numeric(14,2),                       -- QuickBooks minus Caspen
  fault_code       text,
  first_seen_at    timestamptz NOT NULL DEFAULT now(),
  last_seen_at     timestamptz NOT NULL DEFAULT now(),
  attempts         integer     NOT NULL DEFAULT 1,
  resolved_at      timestamptz,
  resolution       text
)
