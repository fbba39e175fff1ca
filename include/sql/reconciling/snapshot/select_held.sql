-- Posted invoices that are listed because both sides differed, with what QuickBooks shows now. Credit notes are left to
-- the post, which also has to apply them. One row per invoice.
-- Columns: customer_id: as posted
SELECT d.document_id, l.customer_id, s.facts FROM qbo_sync.document d
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = 'invoice' AND d.document_id > %(after_id)s
  AND d.wanted = 'present' AND d.excluded_reason IS NULL AND d.version IS DISTINCT FROM d.synced_version
  AND l.removed_at IS NULL AND s.gone IS NULL
  AND EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
              WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                AND u.document_id = d.document_id AND u.resolved_at IS NULL AND u.blocks
                AND u.error_key IN ('totals_mismatch', 'changed_in_quickbooks', 'currency_mismatch'))
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.request r
                  WHERE r.workspace_id = d.workspace_id AND r.document_kind = d.document_kind
                    AND r.document_id = d.document_id AND r.state = 'prepared')
ORDER BY d.document_id LIMIT %(page_size)s
