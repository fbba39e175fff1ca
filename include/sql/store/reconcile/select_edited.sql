-- Compared documents that QuickBooks has in another version than it answered when they were posted. What moves by
-- itself (balance, applications, tokens, times) and private notes do not count; a payment's links do.
-- Grain:   one row per document
-- Params:  workspace_id bigint, after_kind text, after_id bigint, page_size int
-- Columns: document_kind | document_id | as_posted jsonb | now_facts jsonb
SELECT c.document_kind, c.document_id, l.as_posted, s.facts AS now_facts
FROM qbo_sync.comparison c
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE c.workspace_id = %(workspace_id)s
  AND (c.document_kind, c.document_id) > (%(after_kind)s, %(after_id)s)
  AND c.in_quickbooks AND c.origin <> 'quickbooks' AND l.as_posted IS NOT NULL
  AND s.sync_token IS DISTINCT FROM l.as_posted ->> 'sync_token'
  AND (s.facts - '{sync_token,balance,private_note,created_at,updated_at,links}'::text[])
      || CASE WHEN c.document_kind = 'payment' THEN jsonb_build_object('links', s.facts -> 'links') ELSE '{}' END
   IS DISTINCT FROM
      (l.as_posted - '{sync_token,balance,private_note,created_at,updated_at,links}'::text[])
      || CASE WHEN c.document_kind = 'payment' THEN jsonb_build_object('links', l.as_posted -> 'links') ELSE '{}' END
ORDER BY c.document_kind, c.document_id
LIMIT %(page_size)s
