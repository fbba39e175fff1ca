-- Date the links by what was read, with QuickBooks' figures.
-- Params:  workspace_id bigint, realm_id text, since timestamptz: when this read began
UPDATE qbo_sync.document_link l
SET verified_at = s.seen_at, quickbooks_subtotal = s.subtotal, quickbooks_tax = s.tax, quickbooks_total = s.total
FROM qbo_sync.snapshot s
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.removed_at IS NULL
  AND s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
  AND s.gone IS NULL AND s.seen_at >= %(since)s
