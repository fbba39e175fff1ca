-- Linked documents that were not read since a time, or, where that is null, never; and those taken for deleted.
-- One row per QuickBooks transaction.
SELECT DISTINCT l.quickbooks_type, l.quickbooks_id FROM qbo_sync.document_link l
LEFT JOIN qbo_sync.snapshot s USING (realm_id, quickbooks_type, quickbooks_id)
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.removed_at IS NULL
  AND (s.quickbooks_id IS NULL OR s.seen_at < %(since)s::timestamptz OR s.gone = 'deleted')
ORDER BY l.quickbooks_type, l.quickbooks_id
