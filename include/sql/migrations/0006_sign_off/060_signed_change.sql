-- What stands otherwise than it was signed, as the last reconciliation found it; emptied by signing again. No signed
-- figures: new in the period. No figures now: in neither system any more.
CREATE TABLE qbo_sync.signed_change (
  workspace_id             bigint      NOT NULL,
  realm_id                 text        NOT NULL,
  document_kind            text        NOT NULL,
  document_id              bigint      NOT NULL,
  document_number          text        NOT NULL,
  sign_off_id              bigint      NOT NULL REFERENCES qbo_sync.sign_off,
  signed_caspen_total      numeric(14,2),
  signed_caspen_tax        numeric(14,2),
  signed_caspen_date       date,
  signed_quickbooks_total  numeric(14,2),
  signed_quickbooks_tax    numeric(14,2),
  signed_quickbooks_date   date,
  caspen_total             numeric(14,2),
  caspen_tax               numeric(14,2),
  caspen_date              date,
  quickbooks_total         numeric(14,2),
  quickbooks_tax           numeric(14,2),
  quickbooks_date          date,
  first_seen_at            timestamptz NOT NULL DEFAULT now(),      -- with these figures
  told_at                  timestamptz,                             -- when people were told of these figures
  PRIMARY KEY (workspace_id, realm_id, document_kind, document_id)
)
