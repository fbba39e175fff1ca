-- Which documents of one kind are due, but for those with an unconfirmed request.
-- Grain:   one row per document
-- Order:   document_id
-- Params:  workspace_id bigint, document_kind text, wanted text, after_id bigint, page_size int;
--          only bigint[], of which invoices, or null for all
-- Columns: document_id
SELECT d.document_id
FROM qbo_sync.due_document d
WHERE d.workspace_id = %(workspace_id)s
  AND d.document_kind = %(document_kind)s
  AND d.wanted = %(wanted)s
  AND d.document_id > %(after_id)s
  AND (%(only)s::bigint[] IS NULL OR d.invoice_id = ANY(%(only)s))
  AND NOT EXISTS (   -- an unconfirmed request is resolved first, or it could be doubled
    SELECT 1
    FROM qbo_sync.request r
    WHERE r.workspace_id = d.workspace_id
      AND r.document_kind = d.document_kind
      AND r.document_id = d.document_id
      AND r.state = 'prepared'
  )
ORDER BY d.document_id
LIMIT %(page_size)s
