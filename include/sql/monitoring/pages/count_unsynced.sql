-- How many open rows a filter of the list leaves.
-- Params:  null for all; search a client id, search_like part of a number
SELECT count(*) AS rows
FROM qbo_sync.unsynced_invoice u
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
  AND (%(error_keys)s::text[] IS NULL OR u.error_key = ANY(%(error_keys)s))
  AND (%(cause_ref)s::text IS NULL OR u.cause_ref = %(cause_ref)s)
  AND (%(document_kind)s::text IS NULL OR u.document_kind = %(document_kind)s)
  AND (%(search)s::text IS NULL
       OR u.document_number ILIKE %(search_like)s
       OR EXISTS (SELECT 1 FROM qbo_sync.document c
                  WHERE c.workspace_id = u.workspace_id AND c.document_kind = u.document_kind
                    AND c.document_id = u.document_id AND c.client_id::text = %(search)s))
