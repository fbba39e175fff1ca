-- Freeze both sides of every synced document next to each other.
-- A credit note and a payment are used up on their invoice, so their balance in Caspen is zero; a payment keeps the
-- number it was posted with. The balance of what QuickBooks does not show is not compared: it moves with payments and
-- credits, and the last that was seen of it may be older than they are. ``drifted`` here says only that the sync token
-- moved since they were last found equal.
-- Params:  fresh_since: QuickBooks payments changed since then were not seen by the import yet; null: no import ran,
--          all are new
--          home: the company's currency; a document staged before currencies were kept is in that one
WITH unsettled AS (
  SELECT d.invoice_id FROM qbo_sync.document d
  WHERE d.workspace_id = %(workspace_id)s AND d.document_kind IN ('payment', 'credit_note')
    AND d.excluded_reason IS NULL AND d.wanted <> 'as_is' AND d.version IS DISTINCT FROM d.synced_version
    AND NOT EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
                    WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                      AND u.document_id = d.document_id AND u.resolved_at IS NULL)
  UNION
  SELECT i.document_id FROM qbo_sync.snapshot p
  CROSS JOIN LATERAL jsonb_to_recordset(p.facts -> 'links') AS k(txn_type text, txn_id text)
  JOIN qbo_sync.document_link i
    ON i.realm_id = p.realm_id AND i.quickbooks_type = 'Invoice' AND i.quickbooks_id = k.txn_id
  WHERE p.realm_id = %(realm_id)s AND p.quickbooks_type = 'Payment' AND p.gone IS NULL AND p.total <> 0
    AND k.txn_type = 'Invoice' AND i.workspace_id = %(workspace_id)s
    AND (%(fresh_since)s::timestamptz IS NULL OR p.changed_at >= %(fresh_since)s)
    AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                    WHERE l.realm_id = p.realm_id AND l.quickbooks_type = 'Payment' AND l.quickbooks_id = p.quickbooks_id)
), not_shown AS (
  SELECT u.document_kind, u.document_id FROM qbo_sync.unsynced_invoice u
  WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.error_key = 'unreadable_in_quickbooks'
    AND u.cause_ref NOT LIKE 'payment:%%'
  UNION
  SELECT r.document_kind, r.document_id FROM qbo_sync.left_row r
  JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  JOIN qbo_sync.snapshot s USING (realm_id, quickbooks_type, quickbooks_id)
  WHERE r.workspace_id = %(workspace_id)s AND r.error_key = 'unreadable_in_quickbooks' AND s.seen_at < r.left_at
)
INSERT INTO qbo_sync.comparison
  (workspace_id, document_kind, document_id, document_number, invoice_id, origin, quickbooks_type, quickbooks_id,
   in_caspen, in_quickbooks, balance_settled, drifted,
   caspen_subtotal, quickbooks_subtotal, caspen_tax, quickbooks_tax, caspen_total, quickbooks_total,
   caspen_balance, quickbooks_balance, caspen_customer, quickbooks_customer, caspen_date, quickbooks_date,
   caspen_number, quickbooks_number, caspen_currency, quickbooks_currency)
SELECT d.workspace_id, d.document_kind, d.document_id, d.document_number, d.invoice_id, l.origin,
       l.quickbooks_type, l.quickbooks_id,
       true, s.quickbooks_id IS NOT NULL AND s.gone IS NULL,
       (d.document_kind <> 'invoice' OR d.document_id NOT IN (SELECT invoice_id FROM unsettled))
         AND (d.document_kind, d.document_id) NOT IN (SELECT document_kind, document_id FROM not_shown),
       s.gone IS NULL AND s.sync_token IS DISTINCT FROM l.sync_token,
       d.subtotal, CASE WHEN d.document_kind <> 'payment' THEN s.subtotal END,
       d.tax, CASE WHEN d.document_kind <> 'payment' THEN s.tax END,
       d.total, s.total,
       CASE WHEN d.document_kind = 'invoice' THEN d.balance ELSE 0 END, s.balance,
       l.customer_id, s.customer_id,
       d.document_date, s.txn_date,
       CASE WHEN d.document_kind = 'payment' THEN l.doc_number ELSE d.document_number END, s.doc_number,
       CASE WHEN s.foreign_currency IS NOT NULL OR d.currency <> %(home)s THEN coalesce(d.currency, %(home)s) END,
       CASE WHEN s.foreign_currency IS NOT NULL OR d.currency <> %(home)s THEN coalesce(s.foreign_currency, %(home)s) END
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
 AND l.removed_at IS NULL
LEFT JOIN (   -- by OFFSET read at once, instead of looked up for each document
  SELECT quickbooks_type, quickbooks_id, sync_token, doc_number, customer_id, txn_date, subtotal, tax, total, balance, gone,
         foreign_currency
  FROM qbo_sync.snapshot WHERE realm_id = %(realm_id)s OFFSET 0
) s ON s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE d.workspace_id = %(workspace_id)s AND d.excluded_reason IS NULL AND d.wanted = 'present'
  -- Nearly all are; written as a plain equality it is taken for one in two hundred, and the joins are then looped.
  AND CASE WHEN d.version = d.synced_version THEN true ELSE false END
  AND (l.realm_id IS NULL OR l.realm_id = %(realm_id)s)
