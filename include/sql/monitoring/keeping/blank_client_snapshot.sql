-- The words of what QuickBooks held for the client's documents.
UPDATE qbo_sync.snapshot s SET facts = NULL
FROM qbo_sync.document d
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.client_id = %(client_id)s
  AND s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
  AND s.quickbooks_type <> 'Payment' AND s.facts IS NOT NULL
