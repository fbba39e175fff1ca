-- The ledger of a workspace, in any number of documents: what is waiting, listed or stale is counted as it is now, by
-- indexes of these alone; what is in place or excluded by the counters, less the listed ones.
-- Each column has its own condition, so that a document in none or in two shows up as a sum that does not add up. One
-- that is in place and has no standing link is looked for where something changed since the last run. One row per kind.
-- Columns: historical: excluded, or listed once a payment was applied to them | stale: posted, now a draft
WITH kinds (document_kind) AS (VALUES ('invoice'), ('credit_note'), ('payment')),
open_row AS MATERIALIZED (
  SELECT DISTINCT document_kind, document_id FROM qbo_sync.unsynced_invoice
  WHERE workspace_id = %(workspace_id)s AND resolved_at IS NULL
),
kept AS (
  SELECT document_kind, sum(finalised) AS finalised, sum(in_place) AS in_place, sum(excluded) AS excluded,
         sum(historical) AS historical
  FROM (
    SELECT document_kind, finalised, in_place, excluded, historical FROM qbo_sync.ledger_count
    WHERE workspace_id = %(workspace_id)s
    UNION ALL
    SELECT document_kind, finalised, in_place, excluded, historical FROM qbo_sync.ledger_change
    WHERE workspace_id = %(workspace_id)s
  ) parts
  GROUP BY document_kind
),
listed AS (
  SELECT document_kind, sum(p.finalised) AS finalised, sum(p.in_place) AS in_place, sum(p.excluded) AS excluded
  FROM open_row
  CROSS JOIN LATERAL (
    SELECT d.finalised, d.excluded_reason, d.version, d.synced_version FROM qbo_sync.document d
    WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = open_row.document_kind
      AND d.document_id = open_row.document_id
    OFFSET 0   -- one by one: PostgreSQL would read all documents to join them
  ) d
  CROSS JOIN LATERAL qbo_sync.ledger_part(d.finalised, d.excluded_reason, d.version, d.synced_version) p
  GROUP BY document_kind
),
waiting AS (
  SELECT document_kind, count(*) AS documents FROM qbo_sync.undone_documents(%(workspace_id)s)
  WHERE finalised AND wanted = 'present' AND (document_kind, document_id) NOT IN (TABLE open_row)
  GROUP BY document_kind
),
hollow AS (
  SELECT document_kind, count(*) AS documents FROM qbo_sync.changed_documents(%(workspace_id)s) c
  JOIN qbo_sync.document d USING (document_kind, document_id)
  LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  WHERE d.workspace_id = %(workspace_id)s AND d.finalised AND d.excluded_reason IS NULL AND d.version = d.synced_version
    AND (l.document_id IS NULL OR l.removed_at IS NOT NULL) AND (document_kind, document_id) NOT IN (TABLE open_row)
  GROUP BY document_kind
),
stale AS (
  SELECT document_kind, count(*) AS documents FROM qbo_sync.stale_documents(%(workspace_id)s) d
  JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  WHERE l.removed_at IS NULL
  GROUP BY document_kind
)
SELECT document_kind,
       coalesce(kept.finalised, 0)::bigint AS finalised,
       (coalesce(kept.in_place, 0) - coalesce(listed.in_place, 0) - coalesce(hollow.documents, 0))::bigint AS synced,
       coalesce(waiting.documents, 0) AS waiting,
       coalesce(listed.finalised, 0) AS listed,
       (coalesce(kept.excluded, 0) - coalesce(listed.excluded, 0))::bigint AS excluded,
       coalesce(kept.historical, 0)::bigint AS historical,
       coalesce(stale.documents, 0) AS stale
FROM kinds
LEFT JOIN kept USING (document_kind)
LEFT JOIN listed USING (document_kind)
LEFT JOIN waiting USING (document_kind)
LEFT JOIN hollow USING (document_kind)
LEFT JOIN stale USING (document_kind)
ORDER BY document_kind
