-- Documents of all practices that fit what a person typed, the best fits first; each with what it is in QuickBooks.
-- Params:  ids: the practices that may be seen, null for all
--          text: the number or its beginning | ends: digits at a number's end, without zeros before them; null: none
--          quickbooks_id, amount: null where it is none
--          most: so many fits of a kind are looked at | shown: so many rows come back
-- Columns: fits: by what: number, end, quickbooks_id, amount, beginning | found: how many fit, of those looked at
WITH fitting AS (
  (SELECT workspace_id, document_kind, document_id, 1 AS fit FROM qbo_sync.document
   WHERE lower(document_number) = lower(%(text)s::text)
     AND (%(ids)s::bigint[] IS NULL OR workspace_id = ANY(%(ids)s)) LIMIT %(most)s + 1)
  UNION ALL
  (SELECT workspace_id, document_kind, document_id, 2 FROM qbo_sync.document
   WHERE ltrim(substring(document_number FROM '[0-9]+$'), '0') = %(ends)s::text
     AND (%(ids)s::bigint[] IS NULL OR workspace_id = ANY(%(ids)s)) LIMIT %(most)s + 1)
  UNION ALL
  (SELECT workspace_id, document_kind, document_id, 3 FROM qbo_sync.document_link
   WHERE quickbooks_id = %(quickbooks_id)s::text
     AND (%(ids)s::bigint[] IS NULL OR workspace_id = ANY(%(ids)s)) LIMIT %(most)s + 1)
  UNION ALL
  (SELECT workspace_id, document_kind, document_id, 4 FROM qbo_sync.document
   WHERE total = %(amount)s::numeric
     AND (%(ids)s::bigint[] IS NULL OR workspace_id = ANY(%(ids)s)) LIMIT %(most)s + 1)
  UNION ALL
  (SELECT workspace_id, document_kind, document_id, 4 FROM qbo_sync.document_link
   WHERE quickbooks_total = %(amount)s::numeric
     AND (%(ids)s::bigint[] IS NULL OR workspace_id = ANY(%(ids)s)) LIMIT %(most)s + 1)
  UNION ALL
  -- As a range, which any plan can take from the index; the second bound is the last character there is.
  (SELECT workspace_id, document_kind, document_id, 5 FROM qbo_sync.document
   WHERE lower(document_number) ~>=~ lower(%(text)s::text)
     AND lower(document_number) ~<~ (lower(%(text)s::text) || chr(1114111))
     AND (%(ids)s::bigint[] IS NULL OR workspace_id = ANY(%(ids)s)) LIMIT %(most)s + 1)
),
best AS (
  SELECT workspace_id, document_kind, document_id, min(fit) AS fit FROM fitting
  GROUP BY workspace_id, document_kind, document_id
),
listed AS (
  SELECT best.*, count(*) OVER () AS found FROM best
  ORDER BY fit, workspace_id, document_kind, document_id LIMIT %(shown)s
)
SELECT f.workspace_id, d.document_kind AS kind, d.document_id AS id, d.document_number AS number, d.invoice_id,
       d.document_date AS date, d.total, d.currency, d.caspen_status, d.wanted, d.excluded_reason, d.version, d.synced_version,
       l.quickbooks_type, l.quickbooks_id, l.quickbooks_total, l.removed_at IS NOT NULL AS removed,
       coalesce(u.differs, false) AS differs, u.title AS matter,
       EXISTS (SELECT FROM qbo_sync.request r WHERE r.state = 'prepared' AND r.workspace_id = d.workspace_id
                 AND r.document_kind = d.document_kind AND r.document_id = d.document_id) AS unconfirmed,
       (ARRAY['number', 'end', 'quickbooks_id', 'amount', 'beginning'])[f.fit] AS fits, f.found
FROM listed f
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
LEFT JOIN LATERAL qbo_sync.matter_of(d.workspace_id, d.document_kind, d.document_id, d.invoice_id) u ON true
ORDER BY f.fit, f.workspace_id, d.document_date DESC, d.document_kind, d.document_id
