-- What the checks of each run found, and what a practice's own expectations may look at.

-- Every check of every reconciliation, for the history on the pages.
CREATE TABLE qbo_sync.check_result (
  workspace_id bigint NOT NULL, run_id text NOT NULL,
  suite text NOT NULL,   -- comparison, caspen, practice
  document_kind text NOT NULL,   -- document: of all kinds
  name text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  words text NOT NULL, severity text NOT NULL,
  success boolean,   -- null: it could not be carried out
  checked bigint NOT NULL, failing bigint NOT NULL,   -- documents
  problem text NOT NULL DEFAULT '',   -- why it could not be carried out
  PRIMARY KEY (workspace_id, run_id, suite, document_kind, name)
);
CREATE INDEX check_result_at ON qbo_sync.check_result (workspace_id, at);

-- The documents that failed a practice's own expectation when it was last carried out.
CREATE TABLE qbo_sync.check_failure (
  workspace_id bigint NOT NULL, document_kind text NOT NULL, name text NOT NULL, document_id bigint NOT NULL,
  PRIMARY KEY (workspace_id, document_kind, name, document_id)
);

-- The rows that the checks of Caspen's own rows read: one column a check, true where nothing is wrong. Of the workspace
-- that the session names.
CREATE VIEW qbo_sync.own_row AS
SELECT document_kind, document_id, document_number AS number, invoice_id,
       NOT unsound @> '[{"check": "lines"}]' AS lines, NOT unsound @> '[{"check": "amounts"}]' AS amounts,
       NOT unsound @> '[{"check": "tax"}]' AS tax, NOT unsound @> '[{"check": "own_lines"}]' AS own_lines,
       NOT unsound @> '[{"check": "invoice"}]' AS invoice, NOT unsound @> '[{"check": "payment"}]' AS payment
FROM qbo_sync.document
WHERE workspace_id = current_setting('caspen_qbo.workspace')::bigint AND wanted = 'present' AND excluded_reason IS NULL;

-- What a practice's own expectations look at, one view a kind: finalised documents that are not historical, with what
-- QuickBooks holds of them. Names are for people who write expectations; docs/expectations.md lists them.
CREATE VIEW qbo_sync.practice_invoice AS
SELECT d.document_id, d.document_number AS number, d.client_id, d.document_date AS issue_date, d.due_date,
       d.due_date - d.document_date AS days_to_pay, current_date - d.document_date AS days_old, d.currency,
       d.subtotal, d.tax, d.total, d.balance, d.caspen_status AS status,
       d.version IS NOT DISTINCT FROM d.synced_version AS synced, l.quickbooks_id,
       l.quickbooks_subtotal, l.quickbooks_tax, l.quickbooks_total
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
 AND l.removed_at IS NULL
WHERE d.workspace_id = current_setting('caspen_qbo.workspace')::bigint AND d.document_kind = 'invoice' AND d.finalised
  AND d.excluded_reason IS DISTINCT FROM 'historical';
CREATE VIEW qbo_sync.practice_credit_note AS
SELECT d.document_id, d.document_number AS number, d.client_id, d.invoice_id, d.document_date AS issue_date,
       current_date - d.document_date AS days_old, d.currency, d.subtotal, d.tax, d.total, d.caspen_status AS status,
       d.version IS NOT DISTINCT FROM d.synced_version AS synced, l.quickbooks_id,
       l.quickbooks_subtotal, l.quickbooks_tax, l.quickbooks_total
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
 AND l.removed_at IS NULL
WHERE d.workspace_id = current_setting('caspen_qbo.workspace')::bigint AND d.document_kind = 'credit_note'
  AND d.finalised AND d.excluded_reason IS DISTINCT FROM 'historical';
CREATE VIEW qbo_sync.practice_payment AS
SELECT d.document_id, d.document_number AS number, d.client_id, d.invoice_id, d.document_date AS payment_date,
       d.document_date - i.document_date AS days_after_invoice, current_date - d.document_date AS days_old, d.currency,
       d.total AS amount, i.total AS invoice_total, d.caspen_status AS status,
       d.version IS NOT DISTINCT FROM d.synced_version AS synced, l.quickbooks_id, l.quickbooks_total
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document i
  ON i.workspace_id = d.workspace_id AND i.document_kind = 'invoice' AND i.document_id = d.invoice_id
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
 AND l.removed_at IS NULL
WHERE d.workspace_id = current_setting('caspen_qbo.workspace')::bigint AND d.document_kind = 'payment' AND d.finalised
  AND d.excluded_reason IS DISTINCT FROM 'historical';
