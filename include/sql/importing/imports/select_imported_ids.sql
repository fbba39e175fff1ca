-- QuickBooks payments that stand behind live imported allocations. One row per QuickBooks payment and invoice.
SELECT DISTINCT l.quickbooks_id, d.invoice_id FROM qbo_sync.document_link l
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s
  AND l.document_kind = 'payment' AND l.origin = 'quickbooks' AND l.removed_at IS NULL
