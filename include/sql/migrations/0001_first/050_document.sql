-- Every Caspen document that concerns this project, as last staged. A payment's document_id is its allocation's id.
CREATE TABLE qbo_sync.document (
  workspace_id     bigint      NOT NULL,
  document_kind    text        NOT NULL CHECK (document_kind IN ('invoice', 'credit_note', 'payment')),
  document_id      bigint      NOT NULL,
  document_number  text        NOT NULL,
  invoice_id       bigint      NOT NULL,             -- the invoice it belongs to; an invoice's own id
  client_id        bigint,
  document_date    date,
  subtotal         numeric(12,2),
  tax              numeric(12,2),
  total            numeric(12,2) NOT NULL,
  balance          numeric(12,2),                    -- of an invoice
  due_date         date,
  caspen_status    text        NOT NULL,             -- draft, open, paid, void, deleted; issued, void; live, unlinked
  finalised        boolean     NOT NULL,             -- counts in the ledger
  wanted           text        NOT NULL CHECK (wanted IN ('present', 'absent', 'as_is')),
  excluded_reason  text,                             -- why it never goes: historical, imported, never_synced, ...
  version          text        NOT NULL,             -- changes whenever what should be posted may have changed
  synced_version   text,                             -- the version QuickBooks holds
  released_at      timestamptz,                      -- when it may be tried again: Retry, a healed cause, a new version
  shown_status     text,                             -- what Caspen's screen was last told
  shown_detail     text,
  updated_at       timestamptz NOT NULL,             -- Caspen's
  staged_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, document_kind, document_id)
)
