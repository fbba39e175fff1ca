-- Close the rows of documents that no longer have to go: reverted, voided or deleted before they were posted, or left out
-- by a person, with what hangs on them.
UPDATE qbo_sync.unsynced_invoice u
SET resolved_at = now(),
    resolution = CASE WHEN d.finalised THEN 'left out by a person' ELSE 'no longer finalised in Caspen' END
FROM qbo_sync.document d
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.blocks
  AND d.workspace_id = u.workspace_id AND d.document_kind = u.document_kind AND d.document_id = u.document_id
  AND d.wanted = 'as_is' AND (NOT d.finalised OR d.excluded_reason = 'left_out')
