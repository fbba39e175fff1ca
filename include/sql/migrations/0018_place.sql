-- Where this database was when a run last wrote here: another server, another database, or rows that were loaded from a
-- dump mean that it may have been set back to an earlier moment. What was sent after that moment is then looked for in
-- QuickBooks before anything else is sent.
CREATE TABLE qbo_sync.place (
  workspace_id bigint PRIMARY KEY,
  transaction_number bigint NOT NULL,   -- that wrote this row; loaded from a dump, it was written by another
  database_oid bigint NOT NULL,   -- of this database
  server_started_at timestamptz NOT NULL,   -- when its server was started
  noted_at timestamptz NOT NULL DEFAULT now()
);

-- What was found again by its mark after the database was set back.
ALTER TABLE qbo_sync.document_link DROP CONSTRAINT document_link_origin_check;
ALTER TABLE qbo_sync.document_link ADD CONSTRAINT document_link_origin_check
  CHECK (origin IN ('caspen', 'quickbooks', 'backfill', 'found'));
