-- The open rows of these numbers that a person may leave as they are: what holds a document that is not in QuickBooks,
-- a payment on an older invoice, a check of the practice, what the import says of payments made in QuickBooks, and a posted
-- or imported document that QuickBooks does not show, whose figures in Caspen contradict each other, or whose number
-- another document in QuickBooks was given too.
SELECT d.document_kind AS kind, d.document_id AS id, d.document_number AS number, d.invoice_id, d.version, u.error_key,
       u.detail, l.quickbooks_id, l.as_posted
FROM qbo_sync.unsynced_invoice u
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
LEFT JOIN qbo_sync.document_link l
  ON l.workspace_id = d.workspace_id AND l.document_kind = d.document_kind AND l.document_id = d.document_id
 AND l.removed_at IS NULL
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND d.document_number = ANY(%(numbers)s)
  AND ((u.blocks AND l.document_id IS NULL AND u.error_key <> 'outcome_unknown')
       OR u.error_key IN ('historical_invoice', 'practice_check')
       OR (NOT u.blocks AND u.error_key IN ('unreadable_in_quickbooks', 'inconsistent_in_caspen', 'duplicate_document_number')
           AND l.document_id IS NOT NULL)
       OR (NOT u.blocks AND u.document_kind = 'invoice'
           AND u.error_key IN ('split_payment', 'overpayment', 'currency_mismatch')))
ORDER BY d.document_kind, d.document_id, u.error_key
