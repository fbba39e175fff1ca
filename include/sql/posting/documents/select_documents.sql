-- Staged documents by id, with their links. One row per document.
SELECT d.document_kind, d.document_id, d.document_number, d.invoice_id, d.client_id, d.document_date, d.due_date,
       d.subtotal, d.tax, d.total, d.balance, d.caspen_status, d.finalised, d.wanted, d.excluded_reason,
       d.version, d.updated_at, d.currency, d.unsound, d.made_at, d.synced_version, d.released_at,
       l.quickbooks_type, l.quickbooks_id, l.customer_id, l.application_id, l.as_posted, l.removed_at, l.origin,
       l.posted_at, l.resent_version, l.resent_posted,
       l.made_at AS link_made_at, l.set_back
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = %(document_kind)s
  AND d.document_id = ANY(%(ids)s)
