-- Everything sent, answered, seen and decided about a number, in order: the document of that number itself and, of an
-- invoice, its credit notes, its payments and the creation of its customer. One row per event.
-- Columns: from run_id on, of what was sent and answered
WITH asked AS (
  SELECT d.document_kind, d.document_id, d.document_number, d.client_id, d.invoice_id
  FROM qbo_sync.document d WHERE d.workspace_id = %(workspace_id)s AND d.document_number = %(number)s
), concerned AS (
  SELECT d.document_kind, d.document_id, d.document_number FROM qbo_sync.document d
  JOIN asked a ON d.invoice_id = a.document_id AND a.document_kind = 'invoice'
  WHERE d.workspace_id = %(workspace_id)s
  UNION
  SELECT a.document_kind, a.document_id, a.document_number FROM asked a
  UNION
  SELECT 'client', a.client_id, 'customer' FROM asked a WHERE a.client_id IS NOT NULL
), events AS (
  SELECT r.prepared_at AS at, 1 AS rank, r.id, c.document_kind, c.document_number,
         'sent: ' || r.step || ' (' || r.operation || ' ' || r.entity || ')' AS what,
         'attempt ' || r.generation || ' for ' || r.version AS detail,
         'sync' AS who, r.run_id, r.batch_id AS request_id, r.bid, NULL::text AS intuit_tid, NULL::text AS quickbooks_id
  FROM qbo_sync.request r
  JOIN concerned c USING (document_kind, document_id)
  WHERE r.workspace_id = %(workspace_id)s
  UNION ALL
  SELECT r.answered_at, 2, r.id, c.document_kind, c.document_number,
         'answered: ' || CASE WHEN r.adopted THEN 'found by lookup' ELSE r.state END,
         concat_ws(' ', r.fault_code, r.fault_text), 'quickbooks', r.run_id, r.batch_id, r.bid, r.intuit_tid,
         r.quickbooks_id
  FROM qbo_sync.request r
  JOIN concerned c USING (document_kind, document_id)
  WHERE r.workspace_id = %(workspace_id)s AND r.answered_at IS NOT NULL
  UNION ALL
  SELECT e.at, 3, e.id, c.document_kind, c.document_number, e.what, e.detail, e.who, NULL, NULL, NULL, NULL, NULL
  FROM qbo_sync.document_event e
  JOIN concerned c USING (document_kind, document_id)
  WHERE e.workspace_id = %(workspace_id)s
  UNION ALL
  SELECT u.first_seen_at, 4, u.id, c.document_kind, c.document_number, 'listed: ' || u.title, u.detail, 'sync',
         NULL, NULL, NULL, NULL, NULL
  FROM qbo_sync.unsynced_invoice u
  JOIN concerned c USING (document_kind, document_id)
  WHERE u.workspace_id = %(workspace_id)s
  UNION ALL
  SELECT u.resolved_at, 5, u.id, c.document_kind, c.document_number, 'cleared: ' || u.title,
         coalesce(u.resolution, '') || ', after ' || u.attempts || ' attempt(s)', 'sync', NULL, NULL, NULL, NULL, NULL
  FROM qbo_sync.unsynced_invoice u
  JOIN concerned c USING (document_kind, document_id)
  WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NOT NULL
)
SELECT at, document_kind, document_number, what, detail, who, run_id, request_id, bid, intuit_tid, quickbooks_id
FROM events
ORDER BY at, rank, id
