-- Freeze both sides beside each other: every synced document, every imported payment, every link without a document,
-- and every QuickBooks document that carries a mark of ours without being the linked one (then document_id is minus its
-- QuickBooks id).
-- A credit note and a payment are used up on their invoice, so their balance in Caspen is zero. An imported payment is
-- compared by what of it is on its invoice, and has no number or customer of Caspen's.
-- Grain:   one row per document
-- Params:  workspace_id bigint, realm_id text, fresh_since timestamptz or null: QuickBooks payments changed since then
--          were not seen by the import yet; null: no import ran, all are fresh
WITH unsettled AS (
  SELECT d.invoice_id
  FROM qbo_sync.document d
  WHERE d.workspace_id = %(workspace_id)s AND d.document_kind IN ('payment', 'credit_note')
    AND d.excluded_reason IS NULL AND d.wanted <> 'as_is' AND d.version IS DISTINCT FROM d.synced_version
    AND NOT EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
                    WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                      AND u.document_id = d.document_id AND u.resolved_at IS NULL)
  UNION
  SELECT i.document_id
  FROM qbo_sync.snapshot p
  CROSS JOIN LATERAL jsonb_to_recordset(p.facts -> 'links') AS k(txn_type text, txn_id text)
  JOIN qbo_sync.document_link i
    ON i.realm_id = p.realm_id AND i.quickbooks_type = 'Invoice' AND i.quickbooks_id = k.txn_id
  WHERE p.realm_id = %(realm_id)s AND p.quickbooks_type = 'Payment' AND p.gone IS NULL AND p.total <> 0
    AND k.txn_type = 'Invoice' AND i.workspace_id = %(workspace_id)s
    AND (%(fresh_since)s::timestamptz IS NULL OR p.changed_at >= %(fresh_since)s)
    AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                    WHERE l.realm_id = p.realm_id AND l.quickbooks_type = 'Payment' AND l.quickbooks_id = p.quickbooks_id)
),
unlinked AS MATERIALIZED (   -- apart, so that notes are read of these few only
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
   in_caspen, in_quickbooks, balance_settled, accepted,
   caspen_subtotal, quickbooks_subtotal, caspen_tax, quickbooks_tax, caspen_total, quickbooks_total,
   caspen_balance, quickbooks_balance, caspen_customer, quickbooks_customer, caspen_date, quickbooks_date,
   caspen_number, quickbooks_number)
SELECT d.workspace_id, d.document_kind, d.document_id, d.document_number, d.invoice_id, l.origin,
       l.quickbooks_type, l.quickbooks_id,
       true, s.quickbooks_id IS NOT NULL AND s.gone IS NULL, u.invoice_id IS NULL OR d.document_kind <> 'invoice', false,
       d.subtotal, CASE WHEN d.document_kind <> 'payment' THEN s.subtotal END,
       d.tax, CASE WHEN d.document_kind <> 'payment' THEN s.tax END,
       d.total, s.total,
       CASE WHEN d.document_kind = 'invoice' THEN d.balance ELSE 0 END, s.balance,
       l.customer_id, s.customer_id,
       d.document_date, s.txn_date,
       CASE WHEN d.document_kind = 'payment' THEN l.doc_number ELSE d.document_number END, s.doc_number
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
 AND l.removed_at IS NULL
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
LEFT JOIN unsettled u ON u.invoice_id = d.document_id
WHERE d.workspace_id = %(workspace_id)s
  AND d.excluded_reason IS NULL AND d.wanted = 'present' AND d.version = d.synced_version
  AND (l.realm_id IS NULL OR l.realm_id = %(realm_id)s)
UNION ALL
SELECT d.workspace_id, d.document_kind, d.document_id, d.document_number, d.invoice_id, l.origin,
       l.quickbooks_type, l.quickbooks_id,
       true, s.quickbooks_id IS NOT NULL AND s.gone IS NULL, true, false,
       NULL, NULL, NULL, NULL,
       d.total, (SELECT coalesce(sum(k.amount), 0)
                 FROM jsonb_to_recordset(s.facts -> 'links') AS k(txn_type text, txn_id text, amount numeric)
                 WHERE k.txn_type = 'Invoice' AND k.txn_id = i.quickbooks_id),
       0, 0, NULL, NULL, d.document_date, s.txn_date, NULL, NULL
FROM qbo_sync.document_link l
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
LEFT JOIN qbo_sync.document_link i
  ON i.workspace_id = d.workspace_id AND i.document_kind = 'invoice' AND i.document_id = d.invoice_id
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.origin = 'quickbooks'
  AND l.removed_at IS NULL AND d.finalised
UNION ALL
SELECT l.workspace_id, l.document_kind, l.document_id, coalesce(l.doc_number, ''), l.document_id, l.origin,
       l.quickbooks_type, l.quickbooks_id, false, true, true, false,
       NULL, s.subtotal, NULL, s.tax, NULL, s.total, NULL, s.balance, NULL, s.customer_id, NULL, s.txn_date,
       NULL, s.doc_number
FROM qbo_sync.document_link l
JOIN qbo_sync.snapshot s USING (realm_id, quickbooks_type, quickbooks_id)
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.removed_at IS NULL AND s.gone IS NULL
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.document d
                  WHERE d.workspace_id = l.workspace_id AND d.document_kind = l.document_kind
                    AND d.document_id = l.document_id)
UNION ALL
SELECT %(workspace_id)s, x.mark[2], -(x.quickbooks_id::bigint), coalesce(x.doc_number, ''), x.mark[3]::bigint, 'caspen',
       x.quickbooks_type, x.quickbooks_id, false, true, true, false,
       NULL, NULL, NULL, NULL, NULL, x.total, NULL, NULL, NULL, x.customer_id, NULL, x.txn_date, NULL, x.doc_number
FROM strangers x
WHERE x.mark[1]::bigint = %(workspace_id)s
