-- Whose documents these QuickBooks transactions are.
SELECT workspace_id, document_kind, document_id, quickbooks_id, origin, customer_id, removed_at, caspen_total
FROM qbo_sync.document_link
WHERE realm_id = %(realm_id)s AND quickbooks_type = %(quickbooks_type)s AND quickbooks_id = ANY(%(ids)s)
