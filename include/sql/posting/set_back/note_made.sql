-- Keep of links of a version that did not do so for which document of Caspen's they stand.
UPDATE qbo_sync.document_link l SET made_at = d.made_at
FROM qbo_sync.document d
WHERE l.workspace_id = %(workspace_id)s AND l.document_kind = %(document_kind)s AND l.document_id = %(document_id)s
  AND l.made_at IS NULL
  AND (d.workspace_id, d.document_kind, d.document_id) = (l.workspace_id, l.document_kind, l.document_id)
