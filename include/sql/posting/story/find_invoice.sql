-- The invoice a document number belongs to; of several, the newest.
SELECT invoice_id
FROM qbo_sync.document WHERE workspace_id = %(workspace_id)s AND document_number = %(number)s
ORDER BY document_kind = 'invoice' DESC, document_id DESC LIMIT 1
