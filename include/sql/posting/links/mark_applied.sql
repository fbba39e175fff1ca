-- The zero payment that applies a credit note's credit memo; null when QuickBooks had applied it automatically.
UPDATE qbo_sync.document_link SET application_id = %(application_id)s
WHERE workspace_id = %(workspace_id)s AND document_kind = 'credit_note' AND document_id = %(document_id)s
