-- What waits on the customer of these clients may be tried again.
UPDATE qbo_sync.document d SET released_at = now()
WHERE d.workspace_id = %(workspace_id)s AND d.client_id = ANY(%(client_ids)s)
  AND EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
              WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                AND u.document_id = d.document_id AND u.resolved_at IS NULL AND u.blocks
                AND u.error_key IN ('inactive_reference', 'customer_name_taken', 'currency_mismatch', 'caspen_set_back'))
