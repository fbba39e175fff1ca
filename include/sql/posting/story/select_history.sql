-- The history of an invoice, its credit notes and payments: events, and requests to QuickBooks with their outcome.
WITH family AS (
  SELECT document_kind AS kind, document_id AS id, document_number AS number
  FROM qbo_sync.document WHERE workspace_id = %(workspace_id)s AND invoice_id = %(invoice_id)s
)
SELECT e.at, f.kind, f.number, e.what, e.detail, e.who, NULL AS run_id, NULL AS job FROM family f
JOIN qbo_sync.document_event e
  ON e.workspace_id = %(workspace_id)s AND e.document_kind = f.kind AND e.document_id = f.id
UNION ALL
SELECT r.prepared_at, f.kind, f.number,
       r.operation || ' ' || r.entity || ': ' ||
       CASE r.state WHEN 'done' THEN 'carried out' WHEN 'refused' THEN 'refused' WHEN 'dropped' THEN 'not carried out'
                    ELSE 'answer not known yet' END,
       concat_ws('; ',
         coalesce('QuickBooks (' || r.fault_code || '): ' || coalesce(r.fault_text, ''),
                  'QuickBooks id ' || r.quickbooks_id),
         'request ' || concat_ws(' ', r.batch_id, nullif(r.bid, '')),
         'intuit_tid ' || r.intuit_tid),
       'sync', r.run_id,
       (SELECT s.job FROM qbo_sync.sync_run s WHERE s.run_id = r.run_id AND s.workspace_id = r.workspace_id LIMIT 1)
FROM family f
JOIN qbo_sync.request r
  ON r.workspace_id = %(workspace_id)s AND r.document_kind = f.kind AND r.document_id = f.id
ORDER BY 1 DESC LIMIT 200
