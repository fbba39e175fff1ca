-- Documents that the frozen comparison leaves out because their sides are not meant to be equal yet: waiting, listed, or
-- taken back in Caspen while QuickBooks still has them. Frozen with it: a signed period is made of these too.
CREATE UNLOGGED TABLE qbo_sync.not_compared (
  workspace_id      bigint NOT NULL,
  document_kind     text   NOT NULL,
  document_id       bigint NOT NULL,
  document_number   text   NOT NULL,
  caspen_total      numeric(14,2),
  caspen_tax        numeric(14,2),
  caspen_date       date,
  quickbooks_total  numeric(14,2),
  quickbooks_tax    numeric(14,2),
  quickbooks_date   date,
  PRIMARY KEY (workspace_id, document_kind, document_id)
)
