CREATE TABLE qbo_sync.reconciliation_difference (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id            text   NOT NULL,
  workspace_id      bigint NOT NULL,
  document_kind     text   NOT NULL,
  document_id       bigint NOT NULL,
  document_number   text   NOT NULL,
  field             text   NOT NULL,
  caspen_value      text,
  quickbooks_value  text,
  delta             numeric(14,2),               -- QuickBooks minus Caspen; null where the field is not money
  explained         boolean NOT NULL DEFAULT false,   -- an open row of unsynced_invoice already names the cause
  FOREIGN KEY (run_id, workspace_id) REFERENCES qbo_sync.reconciliation_run ON DELETE CASCADE
)
