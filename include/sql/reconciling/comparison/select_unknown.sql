-- Every QuickBooks document that carries a mark of ours without being the one linked: a copy, or a duplicate. Its
-- document_id is minus its QuickBooks id, and invoice_id the id in the mark. Apart from the statement that freezes
-- them, so that the server may read both tables with all its cores. One row per QuickBooks document.
WITH unlinked AS MATERIALIZED (
  SELECT s.quickbooks_type, s.quickbooks_id FROM qbo_sync.snapshot s
  WHERE s.realm_id = %(realm_id)s
    AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                    WHERE l.realm_id = s.realm_id AND l.quickbooks_type = s.quickbooks_type
                      AND l.quickbooks_id = s.quickbooks_id)
    AND NOT EXISTS (SELECT 1 FROM qbo_sync.request r    -- an unconfirmed one may be it
                    WHERE r.workspace_id = %(workspace_id)s AND r.state = 'prepared')
),
unknown AS (
  SELECT s.quickbooks_type, s.quickbooks_id, s.doc_number, s.total, s.customer_id, s.txn_date,
         regexp_match(s.facts ->> 'private_note', '\[caspen:(\d+):(invoice|credit_note|payment):(\d+)\]') AS mark
  FROM unlinked n
  CROSS JOIN LATERAL (   -- by OFFSET looked up one by one, for these few only, whatever the server takes them for
    SELECT * FROM qbo_sync.snapshot k
    WHERE k.realm_id = %(realm_id)s AND k.quickbooks_type = n.quickbooks_type AND k.quickbooks_id = n.quickbooks_id
    OFFSET 0
  ) s
  WHERE s.gone IS NULL AND s.facts ->> 'private_note' LIKE '%%[caspen:%%'
)
SELECT x.mark[2] AS document_kind, -(x.quickbooks_id::bigint) AS document_id, coalesce(x.doc_number, '') AS document_number,
       x.mark[3]::bigint AS invoice_id, x.quickbooks_type, x.quickbooks_id, x.total, x.customer_id, x.txn_date, x.doc_number
FROM unknown x WHERE x.mark[1]::bigint = %(workspace_id)s
ORDER BY x.quickbooks_type, x.quickbooks_id
