-- Neither Caspen nor a link has it.
DELETE FROM qbo_sync.document d
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = %(document_kind)s AND d.document_id = %(document_id)s
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                  WHERE l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind
                    AND l.document_id = d.document_id)
