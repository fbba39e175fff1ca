-- Lay to rest what was looked at with its link: taken out of QuickBooks again and shown; imported, and there as Caspen has it.
UPDATE qbo_sync.document d SET at_rest = true
FROM (
  SELECT u.document_kind, u.document_id FROM qbo_sync.unsettled_documents(%(workspace_id)s) u
  JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  WHERE u.excluded_reason = 'never_synced' AND u.shown_detail IS NULL AND l.removed_at IS NOT NULL
  UNION ALL
  SELECT u.document_kind, u.document_id FROM qbo_sync.unsettled_imports(%(workspace_id)s) u
  LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  WHERE u.finalised = (l.document_id IS NOT NULL AND l.removed_at IS NULL)
) settled
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = settled.document_kind
  AND d.document_id = settled.document_id
