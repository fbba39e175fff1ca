-- How many documents of these clients are listed and held because of their customer.
SELECT count(DISTINCT (d.document_kind, d.document_id)) FROM qbo_sync.document d
JOIN qbo_sync.unsynced_invoice u USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.client_id = ANY(%(client_ids)s) AND u.resolved_at IS NULL AND u.blocks
  AND u.error_key IN ('inactive_reference', 'customer_name_taken', 'currency_mismatch')
