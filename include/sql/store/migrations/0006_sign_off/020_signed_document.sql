-- The figures a sign-off stands for. A side the document was not on has none. Signed again, the earlier row stays.
CREATE TABLE qbo_sync.signed_document (
  sign_off_id       bigint NOT NULL REFERENCES qbo_sync.sign_off,
  workspace_id      bigint NOT NULL,
  realm_id          text   NOT NULL,
  document_kind     text   NOT NULL,
  document_id       bigint NOT NULL,
  document_number   text   NOT NULL,
  caspen_total      numeric(14,2),
  caspen_tax        numeric(14,2),
  caspen_date       date,
  quickbooks_total  numeric(14,2),
  quickbooks_tax    numeric(14,2),
  quickbooks_date   date,
  superseded_by     bigint REFERENCES qbo_sync.sign_off,      -- the later sign-off that found it changed
  PRIMARY KEY (workspace_id, realm_id, document_kind, document_id, sign_off_id)
)
