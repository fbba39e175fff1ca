-- The frozen comparison of several practices is checked at once, and costs less to write.

-- Rows that a transaction has just written are in no summary of a BRIN index until the next vacuum: each look for a
-- practice's rows read all that the practices before it had written that night.
DROP INDEX qbo_sync.comparison_workspace;
CREATE INDEX comparison_workspace ON qbo_sync.comparison (workspace_id);

-- What is done to a few rows after they are frozen finds them by an index, without reading all of the practice again.
ALTER TABLE qbo_sync.comparison
  ADD COLUMN caspen_currency text, ADD COLUMN quickbooks_currency text;   -- where one of them is not the home currency
CREATE INDEX comparison_foreign ON qbo_sync.comparison (workspace_id, document_kind, document_id)
  WHERE caspen_currency IS NOT NULL;
CREATE INDEX comparison_imported ON qbo_sync.comparison (workspace_id, document_kind, document_id)
  WHERE origin = 'quickbooks';

-- The rows that the checks read: of the practices that the session names, {1,2,3}. The names are read once, not for each
-- row.
CREATE OR REPLACE VIEW qbo_sync.comparison_invoice AS
SELECT workspace_id, document_kind, document_id, document_number, quickbooks_id, in_caspen, in_quickbooks, balance_settled,
       caspen_subtotal, quickbooks_subtotal, caspen_tax, quickbooks_tax, caspen_total, quickbooks_total, caspen_balance,
       quickbooks_balance, caspen_customer, quickbooks_customer, caspen_date, quickbooks_date, caspen_number,
       quickbooks_number, invoice_id, quickbooks_type, origin, changed, changed_fields, drifted, accepted
FROM qbo_sync.comparison
WHERE workspace_id = ANY ((SELECT current_setting('caspen_qbo.workspaces')::bigint[])::bigint[])
  AND document_kind = 'invoice';
CREATE OR REPLACE VIEW qbo_sync.comparison_credit_note AS
SELECT workspace_id, document_kind, document_id, document_number, quickbooks_id, in_caspen, in_quickbooks, balance_settled,
       caspen_subtotal, quickbooks_subtotal, caspen_tax, quickbooks_tax, caspen_total, quickbooks_total, caspen_balance,
       quickbooks_balance, caspen_customer, quickbooks_customer, caspen_date, quickbooks_date, caspen_number,
       quickbooks_number, invoice_id, quickbooks_type, origin, changed, changed_fields, drifted, accepted
FROM qbo_sync.comparison
WHERE workspace_id = ANY ((SELECT current_setting('caspen_qbo.workspaces')::bigint[])::bigint[])
  AND document_kind = 'credit_note';
CREATE OR REPLACE VIEW qbo_sync.comparison_payment AS
SELECT workspace_id, document_kind, document_id, document_number, quickbooks_id, in_caspen, in_quickbooks, balance_settled,
       caspen_subtotal, quickbooks_subtotal, caspen_tax, quickbooks_tax, caspen_total, quickbooks_total, caspen_balance,
       quickbooks_balance, caspen_customer, quickbooks_customer, caspen_date, quickbooks_date, caspen_number,
       quickbooks_number, invoice_id, quickbooks_type, origin, changed, changed_fields, drifted, accepted
FROM qbo_sync.comparison
WHERE workspace_id = ANY ((SELECT current_setting('caspen_qbo.workspaces')::bigint[])::bigint[])
  AND document_kind = 'payment';
CREATE OR REPLACE VIEW qbo_sync.own_row AS
SELECT document_kind, document_id, document_number AS number, invoice_id,
       NOT unsound @> '[{"check": "lines"}]' AS lines, NOT unsound @> '[{"check": "amounts"}]' AS amounts,
       NOT unsound @> '[{"check": "tax"}]' AS tax, NOT unsound @> '[{"check": "own_lines"}]' AS own_lines,
       NOT unsound @> '[{"check": "invoice"}]' AS invoice, NOT unsound @> '[{"check": "payment"}]' AS payment,
       workspace_id
FROM qbo_sync.document
WHERE workspace_id = ANY ((SELECT current_setting('caspen_qbo.workspaces')::bigint[])::bigint[])
  AND wanted = 'present' AND excluded_reason IS NULL;

-- How long a run waited, locked and frozen, for the others that were checked together with it: no work of its own.
ALTER TABLE qbo_sync.sync_run ADD COLUMN paused_seconds double precision NOT NULL DEFAULT 0;
