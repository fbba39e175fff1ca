-- Close the rows of a document that is now posted and equal. What the import listed about payments made in QuickBooks
-- on it, what the practice's own checks found, and that another document there has its number, is not fixed by posting
-- and stays.
UPDATE qbo_sync.unsynced_invoice SET resolved_at = now(), resolution = 'synced'
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
  AND resolved_at IS NULL
  AND (blocks OR (error_key NOT IN ('split_payment', 'overpayment', 'practice_check', 'duplicate_document_number')
                  AND NOT (error_key IN ('unreadable_in_quickbooks', 'currency_mismatch') AND cause_ref LIKE 'payment:%%')))
