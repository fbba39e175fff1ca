-- What Caspen no longer has, held because someone edited it or Caspen was set back, and that is gone from QuickBooks as well: a run may close it.
UPDATE qbo_sync.document d SET released_at = now()
FROM qbo_sync.document_link l
JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE d.workspace_id = %(workspace_id)s AND d.wanted = 'absent' AND d.excluded_reason IS NULL
  AND d.version IS DISTINCT FROM d.synced_version
  AND l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
  AND l.removed_at IS NULL AND s.gone IS NOT NULL
  AND EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
              WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                AND u.document_id = d.document_id AND u.resolved_at IS NULL AND u.blocks
                AND u.error_key IN ('changed_in_quickbooks', 'caspen_set_back'))
