-- Count every document, set the counters that are wrong right, and say what they were. One row per wrong counter.
-- Columns: counter | kept, counted: documents
WITH kept AS (
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
counted AS (
  SELECT d.document_kind, sum(p.finalised) AS finalised, sum(p.in_place) AS in_place, sum(p.excluded) AS excluded,
         sum(p.historical) AS historical
  FROM qbo_sync.document d
  CROSS JOIN LATERAL qbo_sync.ledger_part(d.finalised, d.excluded_reason, d.version, d.synced_version) p
  WHERE d.workspace_id = %(workspace_id)s
  GROUP BY d.document_kind
),
compared AS (
  SELECT document_kind, part.counter, part.kept, part.counted
  FROM kept k FULL JOIN counted c USING (document_kind)
  CROSS JOIN LATERAL (VALUES
    ('finalised', coalesce(k.finalised, 0), coalesce(c.finalised, 0)),
    ('in_place', coalesce(k.in_place, 0), coalesce(c.in_place, 0)),
    ('excluded', coalesce(k.excluded, 0), coalesce(c.excluded, 0)),
    ('historical', coalesce(k.historical, 0), coalesce(c.historical, 0))
  ) AS part (counter, kept, counted)
  WHERE part.kept <> part.counted
),
righted AS (
  INSERT INTO qbo_sync.ledger_change (workspace_id, document_kind, document_id, finalised, in_place, excluded, historical)
  SELECT %(workspace_id)s, document_kind, 0,
         coalesce(sum(counted - kept) FILTER (WHERE counter = 'finalised'), 0),
         coalesce(sum(counted - kept) FILTER (WHERE counter = 'in_place'), 0),
         coalesce(sum(counted - kept) FILTER (WHERE counter = 'excluded'), 0),
         coalesce(sum(counted - kept) FILTER (WHERE counter = 'historical'), 0)
  FROM compared GROUP BY document_kind
)
SELECT document_kind AS kind, counter, kept::bigint AS kept, counted::bigint AS counted FROM compared
ORDER BY kind, counter
