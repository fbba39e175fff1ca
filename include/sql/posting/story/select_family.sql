-- An invoice as last staged with its credit notes and payments, and what each is in QuickBooks. One row per document.
-- Columns: differs: a row says that it is not there as Caspen shows it | matter: the title of what is listed of it, of an
-- invoice of its payments and credit notes too | unconfirmed: it was sent, and the answer is not known
SELECT d.document_kind AS kind, d.document_id AS id, d.document_number AS number, d.client_id, d.document_date AS date,
       d.total, d.caspen_status, d.wanted, d.excluded_reason, d.version, d.synced_version, l.quickbooks_type,
       l.quickbooks_id, l.as_posted AS stored_facts, l.posted_at, l.verified_at, l.removed_at IS NOT NULL AS removed,
       coalesce(u.differs, false) AS differs, u.title AS matter,
       EXISTS (SELECT FROM qbo_sync.request r WHERE r.state = 'prepared' AND r.workspace_id = d.workspace_id
                 AND r.document_kind = d.document_kind AND r.document_id = d.document_id) AS unconfirmed
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
LEFT JOIN LATERAL qbo_sync.matter_of(d.workspace_id, d.document_kind, d.document_id, d.invoice_id) u ON true
WHERE d.workspace_id = %(workspace_id)s AND d.invoice_id = %(invoice_id)s
ORDER BY CASE d.document_kind WHEN 'invoice' THEN 1 WHEN 'credit_note' THEN 2 ELSE 3 END, d.document_id
