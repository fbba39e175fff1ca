-- What was posted under these numbers, in lower case, and was voided or removed there since. One row per transaction.
SELECT DISTINCT quickbooks_id FROM qbo_sync.document_link
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND quickbooks_type = %(quickbooks_type)s
  AND removed_at IS NOT NULL AND lower(doc_number) = ANY(%(numbers)s)
