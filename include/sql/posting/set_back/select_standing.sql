-- What is linked of these documents: for which of Caspen's, and as it was last staged. One row per standing link.
SELECT l.document_kind AS kind, l.document_id AS id, l.made_at, l.set_back, l.origin, l.resent_version, d.updated_at, d.version
FROM unnest(%(kinds)s::text[], %(ids)s::bigint[]) AS asked (kind, id)
JOIN qbo_sync.document_link l
  ON l.workspace_id = %(workspace_id)s AND l.document_kind = asked.kind AND l.document_id = asked.id
JOIN qbo_sync.document d
  ON d.workspace_id = l.workspace_id AND d.document_kind = l.document_kind AND d.document_id = l.document_id
WHERE l.removed_at IS NULL
