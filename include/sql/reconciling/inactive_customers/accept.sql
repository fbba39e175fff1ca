-- A person accepts, with the rest of the document, that its customer is inactive.
UPDATE qbo_sync.acceptance SET inactive_customer = %(customer_id)s
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
