-- The documents of one kind that were left as they are, with Caspen's version then; not those of which only a check of the
-- practice was left: they go all the same. One row per document and version.
SELECT DISTINCT document_id, version FROM qbo_sync.left_row
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = ANY(%(ids)s)
  AND error_key <> 'practice_check'
