-- Close the rows of documents that no longer have to go: reverted, voided or deleted before they were posted.
UPDATE qbo_sync.unsynced_invoice u SET resolved_at = now(), resolution = 'no longer finalised in Caspen'
FROM qbo_sync.document d
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.blocks
  AND d.workspace_id = u.workspace_id AND d.document_kind = u.document_kind AND d.document_id = u.document_id
  AND NOT d.finalised AND d.wanted = 'as_is'
