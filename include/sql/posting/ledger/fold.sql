-- Add what changed to the counters. What is in place without a standing link stays noted: it is looked at each time.
WITH taken AS (
  DELETE FROM qbo_sync.ledger_change WHERE workspace_id = %(workspace_id)s
  RETURNING document_kind, document_id, finalised, in_place, excluded, historical
),
counted AS (
  INSERT INTO qbo_sync.ledger_count AS c (workspace_id, document_kind, finalised, in_place, excluded, historical)
  SELECT %(workspace_id)s, document_kind, sum(finalised), sum(in_place), sum(excluded), sum(historical)
  FROM taken GROUP BY document_kind ORDER BY document_kind
  ON CONFLICT (workspace_id, document_kind) DO UPDATE
  SET finalised = c.finalised + excluded.finalised, in_place = c.in_place + excluded.in_place,
      excluded = c.excluded + excluded.excluded, historical = c.historical + excluded.historical
)
INSERT INTO qbo_sync.ledger_change (workspace_id, document_kind, document_id)
SELECT %(workspace_id)s, t.document_kind, t.document_id
FROM (SELECT DISTINCT document_kind, document_id FROM taken) t
CROSS JOIN LATERAL (
  SELECT FROM qbo_sync.document d
  WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = t.document_kind AND d.document_id = t.document_id
    AND d.finalised AND d.excluded_reason IS NULL AND d.version = d.synced_version
    AND NOT EXISTS (SELECT FROM qbo_sync.document_link l
                    WHERE l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind
                      AND l.document_id = d.document_id AND l.removed_at IS NULL)
  OFFSET 0
) hollow
