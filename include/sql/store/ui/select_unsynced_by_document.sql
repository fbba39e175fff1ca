-- One page of the open rows, sorted by a column of the documents; reads the documents of every open row.
-- Grain:   one row per open row
-- Order:   by sort: client, date or total; then id
-- Params:  workspace_id bigint; error_keys text[], cause_ref, document_kind text, or null for all; search text (a client
--          id) with search_like (part of a number), or null;
--          sort text, descending boolean, page_size int, skip int
-- Columns: as select_unsynced_by_list
SELECT u.id, u.workspace_id, u.document_kind, u.document_id, u.document_number, u.invoice_id, u.error_key, u.title,
       u.detail, u.fix, u.cause_ref, u.first_seen_at, u.attempts, d.client_id, d.document_date, d.total
FROM qbo_sync.unsynced_invoice u
LEFT JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
  AND (%(error_keys)s::text[] IS NULL OR u.error_key = ANY(%(error_keys)s))
  AND (%(cause_ref)s::text IS NULL OR u.cause_ref = %(cause_ref)s)
  AND (%(document_kind)s::text IS NULL OR u.document_kind = %(document_kind)s)
  AND (%(search)s::text IS NULL
       OR u.document_number ILIKE %(search_like)s
       OR EXISTS (SELECT 1 FROM qbo_sync.document c
                  WHERE c.workspace_id = u.workspace_id AND c.document_kind = u.document_kind
                    AND c.document_id = u.document_id AND c.client_id::text = %(search)s))
ORDER BY CASE WHEN %(sort)s = 'client' AND NOT %(descending)s THEN d.client_id END,
         CASE WHEN %(sort)s = 'client' AND %(descending)s THEN d.client_id END DESC NULLS LAST,
         CASE WHEN %(sort)s = 'date' AND NOT %(descending)s THEN d.document_date END,
         CASE WHEN %(sort)s = 'date' AND %(descending)s THEN d.document_date END DESC NULLS LAST,
         CASE WHEN %(sort)s = 'total' AND NOT %(descending)s THEN d.total END,
         CASE WHEN %(sort)s = 'total' AND %(descending)s THEN d.total END DESC NULLS LAST,
         u.id
LIMIT %(page_size)s OFFSET %(skip)s
