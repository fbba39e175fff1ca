-- The words of one client's posted documents. Without them no edit of a line is named until they are posted again.
UPDATE qbo_sync.document_link l SET as_posted = NULL
FROM qbo_sync.document d
WHERE d.workspace_id = %(workspace_id)s AND d.client_id = %(client_id)s
  AND l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
  AND l.document_kind <> 'payment' AND l.as_posted IS NOT NULL
