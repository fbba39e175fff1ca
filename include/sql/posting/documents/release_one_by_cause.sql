-- Release the oldest document that one cause holds, to try whether the cause is gone.
UPDATE qbo_sync.document d SET released_at = now()
FROM (
  SELECT u.workspace_id, u.document_kind, u.document_id FROM qbo_sync.unsynced_invoice u
  WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.cause_ref = %(cause_ref)s
  ORDER BY u.first_seen_at, u.id LIMIT 1
) oldest
WHERE d.workspace_id = oldest.workspace_id AND d.document_kind = oldest.document_kind
  AND d.document_id = oldest.document_id
RETURNING d.document_kind, d.document_id
