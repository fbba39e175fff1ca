-- Documents of one kind that are due, but for those with a request in doubt.
-- Grain:   one row per document
-- Order:   document_id
-- Params:  workspace_id bigint, document_kind text, wanted text, after_id bigint, page_size int;
--          only bigint[], of which invoices, or null for all
-- Columns: the staged document, and its link where it has one
SELECT d.document_kind, d.document_id, d.document_number, d.invoice_id, d.client_id, d.document_date, d.total,
       d.wanted, d.version, d.synced_version,
       l.quickbooks_id, l.customer_id, l.application_id, l.as_posted, l.removed_at, l.origin
FROM qbo_sync.due_document d
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s
  AND d.document_kind = %(document_kind)s
  AND d.wanted = %(wanted)s
  AND d.document_id > %(after_id)s
  AND (%(only)s::bigint[] IS NULL OR d.invoice_id = ANY(%(only)s))
  AND NOT EXISTS (   -- a request in doubt is settled first, or it could be doubled
    SELECT 1
    FROM qbo_sync.request r
    WHERE r.workspace_id = d.workspace_id
      AND r.document_kind = d.document_kind
      AND r.document_id = d.document_id
      AND r.state = 'prepared'
  )
ORDER BY d.document_id
LIMIT %(page_size)s
