-- Documents of ours in QuickBooks under these numbers.
SELECT d.document_id FROM qbo_sync.document d
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = %(document_kind)s
  AND d.document_number = ANY(%(numbers)s) AND l.realm_id = %(realm_id)s AND l.removed_at IS NULL
