-- One page of the open rows, sorted as requested. Of the four ways to find the page only one is carried out: by time it
-- is read from the index unsynced_since; by number or title from the rows alone; by client, date or total from the rows
-- and their documents. The details are looked up for the page's own rows. One row per open row.
-- Params:  filter: null for all; search a client id, search_like part of a number
--          sort: since, number, title, client, date or total
--          after_*: the row to continue after, by its id and what it is sorted by; null to begin at the first
-- Columns: sort_text and sort_number, for after_text and after_number (a missing number sorts as infinity)
WITH open_row AS NOT MATERIALIZED (
  SELECT u.* FROM qbo_sync.unsynced_invoice u
  WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
    AND (%(error_keys)s::text[] IS NULL OR u.error_key = ANY(%(error_keys)s))
    AND (%(cause_ref)s::text IS NULL OR u.cause_ref = %(cause_ref)s)
    AND (%(document_kind)s::text IS NULL OR u.document_kind = %(document_kind)s)
    AND (%(search)s::text IS NULL
         OR u.document_number ILIKE %(search_like)s
         OR EXISTS (SELECT 1 FROM qbo_sync.document c
                    WHERE c.workspace_id = u.workspace_id AND c.document_kind = u.document_kind
                      AND c.document_id = u.document_id AND c.client_id::text = %(search)s))
),
page AS (
  (SELECT u.id, NULL::text AS sort_text, NULL::numeric AS sort_number,
          row_number() OVER (ORDER BY u.first_seen_at, u.id) AS position
   FROM open_row u
   WHERE %(sort)s = 'since' AND NOT %(descending)s
     AND (%(after_id)s::bigint IS NULL OR (u.first_seen_at, u.id) > (%(after_moment)s::timestamptz, %(after_id)s))
   ORDER BY u.first_seen_at, u.id LIMIT %(page_size)s OFFSET %(skip)s)
  UNION ALL
  (SELECT u.id, NULL, NULL, row_number() OVER (ORDER BY u.first_seen_at DESC, u.id DESC)
   FROM open_row u
   WHERE %(sort)s = 'since' AND %(descending)s
     AND (%(after_id)s::bigint IS NULL OR (u.first_seen_at, u.id) < (%(after_moment)s::timestamptz, %(after_id)s))
   ORDER BY u.first_seen_at DESC, u.id DESC LIMIT %(page_size)s OFFSET %(skip)s)
  UNION ALL
  (SELECT s.id, s.text, NULL, row_number() OVER (ORDER BY s.up, s.down DESC, s.id)
   FROM (SELECT u.id, v.text, CASE WHEN NOT %(descending)s THEN v.text END AS up,
                CASE WHEN %(descending)s THEN v.text END AS down
         FROM open_row u
         CROSS JOIN LATERAL (SELECT CASE %(sort)s WHEN 'number' THEN u.document_number ELSE u.title END AS text) v
         WHERE %(sort)s IN ('number', 'title')) s
   WHERE %(after_id)s::bigint IS NULL OR s.up > %(after_text)s::text OR s.down < %(after_text)s::text
      OR (s.text = %(after_text)s::text AND s.id > %(after_id)s)
   ORDER BY s.up, s.down DESC, s.id LIMIT %(page_size)s OFFSET %(skip)s)
  UNION ALL
  (SELECT s.id, NULL, s.number, row_number() OVER (ORDER BY s.number, s.id)
   FROM (SELECT u.id, coalesce(CASE WHEN %(descending)s THEN -v.number ELSE v.number END, 'infinity') AS number
         FROM open_row u
         LEFT JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
         CROSS JOIN LATERAL (
           SELECT CASE %(sort)s WHEN 'client' THEN d.client_id WHEN 'date' THEN d.document_date - date '2000-01-01'
                                ELSE d.total END AS number) v
         WHERE %(sort)s IN ('client', 'date', 'total')) s
   WHERE %(after_id)s::bigint IS NULL OR (s.number, s.id) > (%(after_number)s::numeric, %(after_id)s)
   ORDER BY s.number, s.id LIMIT %(page_size)s OFFSET %(skip)s)
)
SELECT u.id, u.document_kind AS kind, u.document_number AS number, u.invoice_id, u.error_key, u.title, u.detail, u.fix,
       u.first_seen_at, u.attempts, d.client_id, d.document_date AS date, d.total, d.currency,
       page.sort_text, page.sort_number
FROM page
JOIN qbo_sync.unsynced_invoice u USING (id)
LEFT JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
ORDER BY page.position
