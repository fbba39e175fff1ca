-- Close the rows of documents that are now posted and equal. What the import listed about payments made in QuickBooks
-- on one, what the practice's own checks found, and that another document there has its number, is not fixed by posting
-- and stays.
-- Params:  document_kinds, document_ids: in step
UPDATE qbo_sync.unsynced_invoice u SET resolved_at = now(), resolution = 'synced'
FROM unnest(%(document_kinds)s::text[], %(document_ids)s::bigint[]) AS n (document_kind, document_id)
WHERE u.workspace_id = %(workspace_id)s AND u.document_kind = n.document_kind AND u.document_id = n.document_id
  AND resolved_at IS NULL
  AND (blocks OR (error_key NOT IN ('split_payment', 'overpayment', 'practice_check', 'duplicate_document_number')
                  AND NOT (error_key IN ('unreadable_in_quickbooks', 'currency_mismatch') AND cause_ref LIKE 'payment:%%')))
