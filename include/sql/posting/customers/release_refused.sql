-- Invoices that QuickBooks refused since then because of the customer their client is linked to: looked at once more.
UPDATE qbo_sync.document d SET released_at = clock_timestamp()
FROM qbo_sync.unsynced_invoice u
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = 'invoice'
  AND u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind AND u.document_id = d.document_id
  AND u.resolved_at IS NULL AND u.blocks AND u.error_key = 'inactive_reference' AND u.fault_code IS NOT NULL
  AND u.last_seen_at >= %(since)s
  AND EXISTS (SELECT 1 FROM qbo_sync.customer_link k
              WHERE k.workspace_id = d.workspace_id AND k.realm_id = %(realm_id)s
                AND u.cause_ref = 'customer:' || k.customer_id)
