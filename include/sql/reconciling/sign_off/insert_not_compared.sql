-- Freeze what the comparison leaves out and either system still has in its books. One row per document.
INSERT INTO qbo_sync.not_compared
  (workspace_id, document_kind, document_id, document_number,
   caspen_total, caspen_tax, caspen_date, quickbooks_total, quickbooks_tax, quickbooks_date)
SELECT d.workspace_id, d.document_kind, d.document_id, d.document_number,
       CASE WHEN d.finalised THEN d.total END,
       CASE WHEN d.finalised THEN d.tax END,
       CASE WHEN d.finalised THEN d.document_date END,
       CASE WHEN l.origin = 'quickbooks'
            THEN (SELECT coalesce(sum(k.amount), 0)    -- what of the imported payment is on this invoice
                  FROM jsonb_to_recordset(s.facts -> 'links') AS k(txn_type text, txn_id text, amount numeric)
                  JOIN qbo_sync.document_link i
                    ON i.workspace_id = d.workspace_id AND i.document_kind = 'invoice' AND i.document_id = d.invoice_id
                  WHERE k.txn_type = 'Invoice' AND k.txn_id = i.quickbooks_id)
            ELSE s.total
       END,
       CASE WHEN d.document_kind <> 'payment' THEN s.tax END,
       s.txn_date
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
 AND l.removed_at IS NULL
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = %(realm_id)s AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
 AND s.gone IS NULL
WHERE d.workspace_id = %(workspace_id)s
  -- Few are; written as a plain inequality it is taken for nearly all, and the other tables are then read whole.
  AND CASE WHEN d.excluded_reason IS NULL THEN CASE WHEN d.wanted = 'present' AND d.version = d.synced_version THEN 0 ELSE 1 END
           WHEN d.excluded_reason = 'imported' AND NOT d.finalised THEN 1
           ELSE 0
      END = 1
  AND (l.realm_id IS NULL OR l.realm_id = %(realm_id)s)
  AND (d.finalised OR s.quickbooks_id IS NOT NULL)
