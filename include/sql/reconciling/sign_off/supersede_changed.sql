-- Signed figures that no longer hold are superseded by the new sign-off.
UPDATE qbo_sync.signed_document s SET superseded_by = %(sign_off_id)s
FROM qbo_sync.signed_apart a
WHERE a.workspace_id = %(workspace_id)s AND a.realm_id = %(realm_id)s
  AND s.workspace_id = a.workspace_id AND s.realm_id = a.realm_id
  AND s.document_kind = a.document_kind AND s.document_id = a.document_id AND s.superseded_by IS NULL
