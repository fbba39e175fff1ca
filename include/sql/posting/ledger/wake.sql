-- Documents at rest whose link changed since the last run are looked at again.
UPDATE qbo_sync.document d SET at_rest = false
FROM qbo_sync.changed_documents(%(workspace_id)s) c
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = c.document_kind AND d.document_id = c.document_id AND d.at_rest
