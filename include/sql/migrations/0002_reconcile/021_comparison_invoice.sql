-- The rows a check of the invoices looks at: those of the workspace named by the session that looks.
CREATE VIEW qbo_sync.comparison_invoice AS
SELECT * FROM qbo_sync.comparison
WHERE workspace_id = current_setting('caspen_qbo.workspace')::bigint AND document_kind = 'invoice'
