-- Open rows that the import wrote about these invoices. One row per open row.
SELECT u.document_kind, u.document_id, u.error_key FROM qbo_sync.unsynced_invoice u
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.invoice_id = ANY(%(invoice_ids)s)
  AND ((u.document_kind = 'invoice' AND u.error_key IN ('split_payment', 'overpayment'))
       OR u.cause_ref LIKE 'payment:%%')
