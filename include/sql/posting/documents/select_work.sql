-- Which documents of one kind are due, but for those with an unconfirmed request. One row per document.
-- Params:  only: of which invoices, or null for all
SELECT d.document_id FROM qbo_sync.due_document d
WHERE d.workspace_id = %(workspace_id)s
  AND d.document_kind = %(document_kind)s AND d.wanted = %(wanted)s AND d.document_id > %(after_id)s
  AND (%(only)s::bigint[] IS NULL OR d.invoice_id = ANY(%(only)s))
  AND NOT EXISTS (   -- an unconfirmed request is resolved first, or it could be doubled
    SELECT 1 FROM qbo_sync.request r
    WHERE r.workspace_id = d.workspace_id
      AND r.document_kind = d.document_kind AND r.document_id = d.document_id AND r.state = 'prepared'
  )
ORDER BY d.document_id LIMIT %(page_size)s
