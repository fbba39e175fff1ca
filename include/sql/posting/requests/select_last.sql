-- The latest request for each of these documents and steps, for choosing the next generation.
SELECT DISTINCT ON (document_id) document_id, generation, payload_hash, state
FROM qbo_sync.request
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s
  AND document_kind = %(document_kind)s AND step = %(step)s AND document_id = ANY(%(ids)s)
ORDER BY document_id, id DESC
