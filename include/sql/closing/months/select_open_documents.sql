-- Documents of a month that are not in QuickBooks as Caspen has them: those that are due now, and those that the last
-- reconciliation left out of its comparison or that were written since. The first of them; in_all is how many there are.
-- Columns: state: listed, unconfirmed (sent, and the answer is not known), waiting, reverted (a draft again, still in QuickBooks), or since (sent after the reconciliation)
WITH since AS (
  SELECT r.document_kind, r.document_id
  FROM qbo_sync.frozen_run f
  JOIN qbo_sync.reconciliation_run k USING (workspace_id, run_id)
  JOIN qbo_sync.sync_run g ON g.workspace_id = f.workspace_id AND g.started_at > k.started_at
  JOIN qbo_sync.request r ON r.workspace_id = g.workspace_id AND r.run_id = g.run_id
  WHERE f.workspace_id = %(workspace_id)s
  UNION
  SELECT l.document_kind, l.document_id
  FROM qbo_sync.frozen_run f
  JOIN qbo_sync.reconciliation_run k USING (workspace_id, run_id)
  JOIN qbo_sync.document_link l ON l.workspace_id = f.workspace_id AND l.origin = 'quickbooks' AND l.posted_at > k.started_at
  WHERE f.workspace_id = %(workspace_id)s
),
open AS (
  SELECT d.document_kind, d.document_id FROM qbo_sync.document d
  WHERE d.workspace_id = %(workspace_id)s AND d.excluded_reason IS NULL AND d.wanted <> 'as_is'
    AND d.version IS DISTINCT FROM d.synced_version AND d.document_date BETWEEN %(first)s AND %(last)s
  UNION
  SELECT n.document_kind, n.document_id FROM qbo_sync.not_compared n
  WHERE n.workspace_id = %(workspace_id)s
    AND (n.caspen_date BETWEEN %(first)s AND %(last)s OR n.quickbooks_date BETWEEN %(first)s AND %(last)s)
  UNION
  SELECT d.document_kind, d.document_id FROM since s
  JOIN qbo_sync.document d USING (document_kind, document_id)
  WHERE d.workspace_id = %(workspace_id)s AND d.document_date BETWEEN %(first)s AND %(last)s
),
named AS (
  SELECT o.document_kind, coalesce(d.document_number, n.document_number) AS document_number,
         coalesce(d.total, n.caspen_total, n.quickbooks_total, 0) AS amount,
         CASE WHEN EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
                           WHERE u.workspace_id = %(workspace_id)s AND u.document_kind = o.document_kind
                             AND u.document_id = o.document_id AND u.resolved_at IS NULL AND u.blocks) THEN 'listed'
              WHEN EXISTS (SELECT FROM qbo_sync.request r
                           WHERE r.workspace_id = %(workspace_id)s AND r.state = 'prepared'
                             AND r.document_kind = o.document_kind AND r.document_id = o.document_id) THEN 'unconfirmed'
              WHEN d.excluded_reason IS NULL AND d.wanted <> 'as_is' AND d.version IS DISTINCT FROM d.synced_version THEN 'waiting'
              WHEN d.wanted = 'as_is' AND d.excluded_reason IS NULL THEN 'reverted'
              ELSE 'since' END AS state
  FROM open o
  LEFT JOIN qbo_sync.document d
    ON d.workspace_id = %(workspace_id)s AND d.document_kind = o.document_kind AND d.document_id = o.document_id
  LEFT JOIN qbo_sync.not_compared n
    ON n.workspace_id = %(workspace_id)s AND n.document_kind = o.document_kind AND n.document_id = o.document_id
)
SELECT *, count(*) OVER () AS in_all FROM named
ORDER BY array_position(ARRAY['listed', 'unconfirmed', 'waiting', 'reverted', 'since'], state), document_kind, document_number
LIMIT %(most)s
