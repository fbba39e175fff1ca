-- What was recorded of an invoice, its credit notes and payments, newest first; requests apart (see select_history).
SELECT e.at, d.document_kind AS kind, d.document_number AS number, e.what, e.detail, e.who, NULL AS run_id, NULL AS job
FROM qbo_sync.document d
JOIN qbo_sync.document_event e USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.invoice_id = %(invoice_id)s
ORDER BY e.at DESC, e.id DESC LIMIT 200
