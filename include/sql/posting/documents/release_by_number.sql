-- Retry: the named documents may be tried again.
UPDATE qbo_sync.document d SET released_at = now()
WHERE d.workspace_id = %(workspace_id)s
  AND (d.document_number = ANY(%(numbers)s)
       OR d.invoice_id IN (SELECT i.document_id FROM qbo_sync.document i
                           WHERE i.workspace_id = %(workspace_id)s AND i.document_kind = 'invoice'
                             AND i.document_number = ANY(%(numbers)s)))
  AND EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
              WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                AND u.document_id = d.document_id AND u.resolved_at IS NULL)
