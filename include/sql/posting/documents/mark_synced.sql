-- QuickBooks holds these versions now.
-- Params:  document_kinds, document_ids, versions: in step
UPDATE qbo_sync.document d SET synced_version = n.version
FROM unnest(%(document_kinds)s::text[], %(document_ids)s::bigint[], %(versions)s::text[])
  AS n (document_kind, document_id, version)
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = n.document_kind AND d.document_id = n.document_id
