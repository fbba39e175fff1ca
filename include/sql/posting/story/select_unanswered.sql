-- What was sent for an invoice, its credit notes and payments and not answered, oldest first.
-- Columns: looks: how often QuickBooks was asked what became of it
SELECT r.prepared_at AS at, d.document_kind AS kind, d.document_number AS number, r.looks
FROM qbo_sync.document d
JOIN qbo_sync.request r USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.invoice_id = %(invoice_id)s AND r.state = 'prepared'
ORDER BY r.id
