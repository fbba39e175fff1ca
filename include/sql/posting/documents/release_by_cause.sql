-- A cause was fixed: everything it held may be tried again.
UPDATE qbo_sync.document d SET released_at = now()
FROM qbo_sync.unsynced_invoice u
WHERE d.workspace_id = %(workspace_id)s
  AND u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind AND u.document_id = d.document_id
  AND u.resolved_at IS NULL AND u.cause_ref = ANY(%(cause_refs)s)
