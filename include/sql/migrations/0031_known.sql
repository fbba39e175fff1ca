-- What is known of QuickBooks without asking: which numbers are free, which customers there are. Each as asked or read,
-- and kept true by the change feed; a webhook about an invoice that is not ours ends it.

-- A document number that QuickBooks had nothing under when it was asked. Taken away when it is used, and when the feed
-- shows it.
CREATE TABLE qbo_sync.free_number (
  workspace_id bigint NOT NULL,
  realm_id text NOT NULL,
  quickbooks_type text NOT NULL,
  number text NOT NULL,   -- letter case folded
  asked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, realm_id, quickbooks_type, number)
);

-- By what a customer in QuickBooks may be a client's: digests of its name and of its e-mail address.
CREATE TABLE qbo_sync.known_customer (
  workspace_id bigint NOT NULL,
  realm_id text NOT NULL,
  key text NOT NULL,
  quickbooks_id text NOT NULL,
  PRIMARY KEY (workspace_id, realm_id, key, quickbooks_id)
);
CREATE INDEX known_customer_id ON qbo_sync.known_customer (workspace_id, realm_id, quickbooks_id);

ALTER TABLE qbo_sync.import_rhythm
  ADD COLUMN around_at timestamptz,   -- up to when all changes of invoices, credit memos and customers were read
  ADD COLUMN customers_at timestamptz;   -- when all customers were read; null: they are not known

-- A number of ours that another document in QuickBooks was given too says nothing against ours: it is there, and right.
CREATE OR REPLACE VIEW qbo_sync.open_matter AS
SELECT u.*,
       CASE
         WHEN u.error_key IN ('split_payment', 'overpayment') THEN u.document_kind = 'payment'
         WHEN u.error_key IN ('inactive_reference', 'inconsistent_in_caspen', 'practice_check', 'duplicate_document_number')
           THEN u.blocks
         WHEN u.field IN ('balance', 'applied') THEN u.document_kind = 'payment'
         ELSE u.field IS DISTINCT FROM 'presence' OR u.caspen_value IS DISTINCT FROM 'nothing'
       END AS of_document
FROM qbo_sync.unsynced_invoice u
WHERE u.resolved_at IS NULL;
