-- Retry takes back that these were left out: they may be tried again, with what was left out with them.
WITH named AS (
  SELECT d.workspace_id, d.document_kind, d.document_id FROM qbo_sync.document d
  WHERE d.workspace_id = %(workspace_id)s
    AND (d.document_number = ANY(%(numbers)s)
         OR d.invoice_id IN (SELECT i.document_id FROM qbo_sync.document i
                             WHERE i.workspace_id = %(workspace_id)s AND i.document_kind = 'invoice'
                               AND i.document_number = ANY(%(numbers)s)))
), forgotten AS (
  DELETE FROM qbo_sync.left_row l USING named n
  WHERE l.workspace_id = n.workspace_id AND l.document_kind = n.document_kind AND l.document_id = n.document_id
)
UPDATE qbo_sync.document d SET excluded_reason = NULL, wanted = 'present', released_at = now()
FROM named n
WHERE d.workspace_id = n.workspace_id AND d.document_kind = n.document_kind AND d.document_id = n.document_id
  AND d.excluded_reason = 'left_out'
