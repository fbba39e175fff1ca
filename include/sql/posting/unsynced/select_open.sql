-- The open rows of a workspace, oldest first.
-- Params:  documents: the rows of these alone, each as kind:id, or null
SELECT workspace_id, document_kind, document_id, document_number, invoice_id, error_key, title, detail, fix, cause_ref,
       blocks, field, caspen_value, quickbooks_value, delta, fault_code, first_seen_at, last_seen_at, attempts,
       resolved_at
FROM qbo_sync.unsynced_invoice
WHERE workspace_id = %(workspace_id)s AND resolved_at IS NULL
  AND (%(documents)s::text[] IS NULL OR document_kind || ':' || document_id = ANY(%(documents)s))
ORDER BY first_seen_at, id
