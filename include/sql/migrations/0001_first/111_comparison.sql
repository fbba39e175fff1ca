-- Both sides beside each other, frozen for one reconciliation; the checks read nothing else. Replaced by each run.
CREATE UNLOGGED TABLE qbo_sync.comparison (
  workspace_id         bigint  NOT NULL,
  document_kind        text    NOT NULL,
  document_id          bigint  NOT NULL,
  document_number      text    NOT NULL,
  quickbooks_id        text,
  in_caspen            boolean NOT NULL,
  in_quickbooks        boolean NOT NULL,
  balance_settled      boolean NOT NULL,         -- false while a payment or credit note of it is still on its way
  caspen_subtotal      numeric(14,2),
  quickbooks_subtotal  numeric(14,2),
  caspen_tax           numeric(14,2),
  quickbooks_tax       numeric(14,2),
  caspen_total         numeric(14,2),
  quickbooks_total     numeric(14,2),
  caspen_balance       numeric(14,2),
  quickbooks_balance   numeric(14,2),
  caspen_customer      text,
  quickbooks_customer  text,
  caspen_date          date,
  quickbooks_date      date,
  caspen_number        text,
  quickbooks_number    text,
  PRIMARY KEY (workspace_id, document_kind, document_id)
)
