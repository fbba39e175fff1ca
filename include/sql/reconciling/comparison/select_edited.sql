-- Compared documents whose facts in QuickBooks are not those of its answer when they were posted. One row per document.
SELECT c.document_kind, c.document_id, l.as_posted, s.facts AS now_facts FROM qbo_sync.comparison_suspect c
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE c.workspace_id = %(workspace_id)s AND c.drifted AND l.as_posted IS NOT NULL
  AND (c.document_kind, c.document_id) > (%(after_kind)s, %(after_id)s)
ORDER BY c.document_kind, c.document_id LIMIT %(page_size)s
