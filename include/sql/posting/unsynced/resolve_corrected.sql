-- Close what was listed of documents in QuickBooks whose rows in Caspen were wrong and no longer are.
UPDATE qbo_sync.unsynced_invoice u SET resolved_at = now(), resolution = 'corrected in Caspen'
FROM qbo_sync.document d
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND NOT u.blocks AND u.error_key = %(error_key)s
  AND d.workspace_id = u.workspace_id AND d.document_kind = u.document_kind AND d.document_id = u.document_id
  AND d.unsound = '[]'
