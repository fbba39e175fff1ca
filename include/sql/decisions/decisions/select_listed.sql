-- The linked documents a person names by number, with what QuickBooks held when last read. One row per document.
SELECT d.document_kind AS kind, d.document_id AS id, d.document_number AS number, d.invoice_id, d.version, l.origin, l.quickbooks_type,
       l.quickbooks_id, s.gone, s.facts,
       array(SELECT u.error_key FROM qbo_sync.unsynced_invoice u
             WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
               AND u.document_id = d.document_id AND u.resolved_at IS NULL
               AND (NOT u.blocks OR u.error_key <> 'inactive_reference')   -- that one holds a write: no choice
               AND (u.blocks OR u.error_key <> 'overpayment')              -- a matter of the invoice's payments
               AND u.cause_ref NOT LIKE 'copy:%%'                          -- another QuickBooks document
               AND u.cause_ref NOT LIKE 'client:%%'
             ORDER BY u.error_key) AS open_keys
FROM qbo_sync.document d
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE d.workspace_id = %(workspace_id)s AND d.document_number = ANY(%(numbers)s) AND l.removed_at IS NULL
ORDER BY d.document_kind, d.document_id
