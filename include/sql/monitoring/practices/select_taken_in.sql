-- Which rows of Caspen's our bookkeeping has taken in as they are: staged so, or moved since by nothing but our own status.
-- One about whose document something is due is left out. By primary key.
-- Grain:   one row per row that was asked for and is taken in
-- Params:  workspace_ids, kinds, ids, times: of each row
-- Columns: workspace_id bigint | kind text | id bigint | updated_at timestamptz, as asked
SELECT r.workspace_id, r.kind, r.id, r.updated_at
FROM unnest(%(workspace_ids)s::bigint[], %(kinds)s::text[], %(ids)s::bigint[], %(times)s::timestamptz[])
     AS r (workspace_id, kind, id, updated_at)
JOIN qbo_sync.document d
  ON d.workspace_id = r.workspace_id AND d.document_kind = r.kind AND d.document_id = r.id
WHERE r.updated_at IN (d.updated_at, d.own_updated_at)
  AND NOT EXISTS (
    SELECT FROM qbo_sync.due_document u
    WHERE u.workspace_id = r.workspace_id AND u.document_kind = r.kind AND u.document_id = r.id
  )
