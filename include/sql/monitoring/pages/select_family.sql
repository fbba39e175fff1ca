-- An invoice as last staged with its credit notes and payments, and what each is in QuickBooks. One row per document.
SELECT d.document_kind AS kind, d.document_id AS id, d.document_number AS number, d.client_id, d.document_date AS date,
       d.total, d.caspen_status, d.wanted, d.excluded_reason, d.version, d.synced_version, l.quickbooks_type,
       l.quickbooks_id, l.as_posted AS stored_facts, l.posted_at, l.removed_at IS NOT NULL AS removed,
       EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
               WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                 AND u.document_id = d.document_id AND u.resolved_at IS NULL) AS listed
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.invoice_id = %(invoice_id)s
ORDER BY CASE d.document_kind WHEN 'invoice' THEN 1 WHEN 'credit_note' THEN 2 ELSE 3 END, d.document_id
