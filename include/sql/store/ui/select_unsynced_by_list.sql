-- One page of the open rows, sorted by number or title: only the page's own documents are looked up.
-- Grain:   one row per open row
-- Order:   by sort: number or title; then id
-- Params:  workspace_id bigint; error_keys text[], cause_ref, document_kind text, or null for all; search text (a client
--          id) with search_like (part of a number), or null;
--          sort text, descending boolean, page_size int, skip int
-- Columns: the row's own, and client_id, document_date, total of its document
WITH page AS (
  SELECT u.id, u.workspace_id, u.document_kind, u.document_id, u.document_number, u.invoice_id, u.error_key, u.title,
         u.detail, u.fix, u.cause_ref, u.first_seen_at, u.attempts
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
  ORDER BY CASE WHEN %(sort)s = 'number' AND NOT %(descending)s THEN u.document_number END,
           CASE WHEN %(sort)s = 'number' AND %(descending)s THEN u.document_number END DESC,
           CASE WHEN %(sort)s = 'title' AND NOT %(descending)s THEN u.title END,
           CASE WHEN %(sort)s = 'title' AND %(descending)s THEN u.title END DESC,
           u.id
  LIMIT %(page_size)s OFFSET %(skip)s
)
SELECT page.id, workspace_id, document_kind, document_id, page.document_number, page.invoice_id, page.error_key,
       page.title, page.detail, page.fix, page.cause_ref, page.first_seen_at, page.attempts, d.client_id, d.document_date,
       d.total
FROM page
LEFT JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
ORDER BY CASE WHEN %(sort)s = 'number' AND NOT %(descending)s THEN page.document_number END,
         CASE WHEN %(sort)s = 'number' AND %(descending)s THEN page.document_number END DESC,
         CASE WHEN %(sort)s = 'title' AND NOT %(descending)s THEN page.title END,
         CASE WHEN %(sort)s = 'title' AND %(descending)s THEN page.title END DESC,
         page.id
