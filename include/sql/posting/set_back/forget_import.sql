-- Caspen no longer has a payment that was imported: the next import reads its invoice again, and brings it once more.
WITH forgotten AS (
  DELETE FROM qbo_sync.document_link
  WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
    AND origin = 'quickbooks'
  RETURNING realm_id, quickbooks_type, quickbooks_id
)
UPDATE qbo_sync.snapshot s SET seen_at = clock_timestamp() FROM forgotten f
WHERE s.realm_id = f.realm_id AND s.quickbooks_type = f.quickbooks_type AND s.quickbooks_id = f.quickbooks_id
