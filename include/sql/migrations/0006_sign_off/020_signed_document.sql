-- The figures a sign-off stands for. A side the document was not on has none. Signed again, the earlier row stays.
-- Written together with its sign_off; a foreign key would look that one row up for each of a million documents.
CREATE TABLE qbo_sync.signed_document (
  sign_off_id       bigint NOT NULL,
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
  superseded_by     bigint,      -- the later sign-off that found it changed
  PRIMARY KEY (workspace_id, realm_id, document_kind, document_id, sign_off_id)
)
