-- Invoices whose payments from QuickBooks have to be read again, whatever the change feed says. One row per invoice.
-- Params:  since: from where the feed is read
SELECT u.invoice_id            -- listed by the import; or listed once and closed by posting the invoice again
FROM qbo_sync.unsynced_invoice u
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
  AND ((u.document_kind = 'invoice' AND u.error_key IN ('split_payment', 'overpayment'))
       OR u.cause_ref LIKE 'payment:%%'
       OR (u.document_kind = 'credit_note' AND u.cause_ref LIKE 'paid:%%'))
UNION
SELECT u.invoice_id
FROM qbo_sync.unsynced_invoice u
WHERE u.workspace_id = %(workspace_id)s AND u.resolution = 'synced' AND u.resolved_at >= %(since)s
  AND ((u.document_kind = 'invoice' AND u.error_key IN ('split_payment', 'overpayment'))
       OR u.cause_ref LIKE 'payment:%%'
       OR (u.document_kind = 'credit_note' AND u.cause_ref LIKE 'paid:%%'))
UNION
SELECT d.invoice_id            -- in Caspen without its link, or unlinked there by the staff
FROM qbo_sync.unsettled_imports(%(workspace_id)s) d
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.finalised IS DISTINCT FROM (l.document_id IS NOT NULL AND l.removed_at IS NULL)
UNION
SELECT l.document_id           -- linked long after it was made: the feed may have passed its payments by
FROM qbo_sync.document_link l
WHERE l.workspace_id = %(workspace_id)s AND l.document_kind = 'invoice' AND l.removed_at IS NULL
  AND l.posted_at >= %(since)s
  AND (l.as_posted ->> 'created_at')::timestamptz < l.posted_at - make_interval(secs => %(late_seconds)s)
