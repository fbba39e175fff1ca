-- Payments held as the same receipt as one in QuickBooks, and released by a person since. One row per allocation.
SELECT u.document_id FROM qbo_sync.unsynced_invoice u
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
WHERE u.workspace_id = %(workspace_id)s AND u.document_kind = 'payment' AND u.resolved_at IS NULL AND u.blocks
  AND u.error_key = 'overpayment' AND u.cause_ref LIKE 'payment:%%' AND d.released_at > u.last_seen_at
