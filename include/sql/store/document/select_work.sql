-- Documents of one kind that QuickBooks does not hold as it should and that may be tried now.
-- Listed ones come only after a release: Retry, a healed cause, or a new version.
-- Grain:   one row per document
-- Order:   document_id
-- Params:  workspace_id bigint, document_kind text, wanted text, after_id bigint, page_size int
-- Columns: the staged document, and its link where it has one
SELECT d.document_kind, d.document_id, d.document_number, d.invoice_id, d.client_id, d.document_date, d.total,
       d.wanted, d.version, d.synced_version,
       l.quickbooks_id, l.customer_id, l.application_id, l.as_posted, l.removed_at, l.origin
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s
  AND d.document_kind = %(document_kind)s
  AND d.wanted = %(wanted)s
  AND d.document_id > %(after_id)s
  AND d.excluded_reason IS NULL
  AND d.wanted <> 'as_is'
  AND d.version IS DISTINCT FROM d.synced_version
  AND NOT EXISTS (
    SELECT 1
    FROM qbo_sync.unsynced_invoice u
    WHERE u.workspace_id = d.workspace_id
      AND u.document_kind = d.document_kind
      AND u.document_id = d.document_id
      AND u.resolved_at IS NULL
      AND u.blocks
      AND (d.released_at IS NULL OR d.released_at <= u.last_seen_at)
  )
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
