-- Date the links by what was read, with QuickBooks' figures; where nothing was edited, with its sync token.
-- Params:  since: when this read began
UPDATE qbo_sync.document_link l
SET verified_at = s.seen_at, quickbooks_subtotal = s.subtotal, quickbooks_tax = s.tax, quickbooks_total = s.total,
    sync_token = CASE WHEN c.drifted IS FALSE THEN s.sync_token ELSE l.sync_token END
FROM qbo_sync.snapshot s, qbo_sync.document_link k
LEFT JOIN qbo_sync.comparison c USING (workspace_id, document_kind, document_id)
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.removed_at IS NULL
  AND k.workspace_id = l.workspace_id AND k.document_kind = l.document_kind AND k.document_id = l.document_id
  AND s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
  AND s.gone IS NULL AND s.seen_at >= %(since)s
