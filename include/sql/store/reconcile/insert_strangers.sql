-- Freeze every QuickBooks document that carries a mark of ours without being the one linked: a copy, or a duplicate.
-- Its document_id is minus its QuickBooks id, and invoice_id the id in the mark.
-- Grain:   one row per QuickBooks document
-- Params:  workspace_id bigint, realm_id text
WITH unlinked AS MATERIALIZED (   -- apart, so that notes are read of these few only
  SELECT s.quickbooks_type, s.quickbooks_id
  FROM qbo_sync.snapshot s
  WHERE s.realm_id = %(realm_id)s AND s.gone IS NULL
    AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                    WHERE l.realm_id = s.realm_id AND l.quickbooks_type = s.quickbooks_type
                      AND l.quickbooks_id = s.quickbooks_id)
    AND NOT EXISTS (SELECT 1 FROM qbo_sync.request r    -- one in doubt may be it
                    WHERE r.workspace_id = %(workspace_id)s AND r.state = 'prepared')
),
strangers AS (
  SELECT s.quickbooks_type, s.quickbooks_id, s.doc_number, s.total, s.customer_id, s.txn_date,
         regexp_match(s.facts ->> 'private_note', '\[caspen:(\d+):(invoice|credit_note|payment):(\d+)\]') AS mark
  FROM unlinked n
  JOIN qbo_sync.snapshot s
    ON s.realm_id = %(realm_id)s AND s.quickbooks_type = n.quickbooks_type AND s.quickbooks_id = n.quickbooks_id
  WHERE s.facts ->> 'private_note' LIKE '%%[caspen:%%'
)
INSERT INTO qbo_sync.comparison
  (workspace_id, document_kind, document_id, document_number, invoice_id, origin, quickbooks_type, quickbooks_id,
   in_caspen, in_quickbooks, balance_settled, quickbooks_total, quickbooks_customer, quickbooks_date, quickbooks_number)
SELECT %(workspace_id)s, x.mark[2], -(x.quickbooks_id::bigint), coalesce(x.doc_number, ''), x.mark[3]::bigint, 'caspen',
       x.quickbooks_type, x.quickbooks_id, false, true, true, x.total, x.customer_id, x.txn_date, x.doc_number
FROM strangers x
WHERE x.mark[1]::bigint = %(workspace_id)s
