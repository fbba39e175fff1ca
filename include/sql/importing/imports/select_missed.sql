-- Invoices whose payments a reconciliation read otherwise than the import knows them: the change feed had kept it back.
-- One row per invoice; none where no reconciliation ran.
-- Params:  since: from where the feed is read
SELECT d.invoice_id            -- imported, and gone or changed; or taken back, and there
FROM qbo_sync.document_link l
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
JOIN qbo_sync.snapshot s USING (realm_id, quickbooks_type, quickbooks_id)
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.document_kind = 'payment'
  AND l.origin = 'quickbooks' AND s.quickbooks_type = 'Payment' AND s.seen_at >= %(since)s
  AND CASE WHEN l.removed_at IS NULL THEN s.gone IS NOT NULL OR s.sync_token IS DISTINCT FROM l.sync_token
           ELSE s.gone IS NULL AND s.total <> 0 AND s.seen_at > l.removed_at
                AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link o
                                JOIN qbo_sync.document p USING (workspace_id, document_kind, document_id)
                                WHERE o.realm_id = l.realm_id AND o.quickbooks_type = l.quickbooks_type
                                  AND o.quickbooks_id = l.quickbooks_id AND o.removed_at IS NULL
                                  AND p.invoice_id = d.invoice_id) END
  AND EXISTS (SELECT 1 FROM qbo_sync.reconciliation_run r
              WHERE r.workspace_id = %(workspace_id)s AND r.started_at >= %(since)s - interval '1 day')
UNION
SELECT i.document_id           -- paid by one that is neither ours nor imported
FROM qbo_sync.snapshot p
CROSS JOIN LATERAL jsonb_to_recordset(p.facts -> 'links') AS k(txn_type text, txn_id text)
JOIN qbo_sync.document_link i
  ON i.realm_id = p.realm_id AND i.quickbooks_type = 'Invoice' AND i.quickbooks_id = k.txn_id
WHERE p.realm_id = %(realm_id)s AND p.quickbooks_type = 'Payment' AND p.gone IS NULL AND p.total <> 0
  AND p.seen_at >= %(since)s AND k.txn_type = 'Invoice' AND i.workspace_id = %(workspace_id)s
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                  WHERE l.realm_id = p.realm_id AND l.quickbooks_type = 'Payment' AND l.quickbooks_id = p.quickbooks_id)
  AND EXISTS (SELECT 1 FROM qbo_sync.reconciliation_run r
              WHERE r.workspace_id = %(workspace_id)s AND r.started_at >= %(since)s - interval '1 day')
