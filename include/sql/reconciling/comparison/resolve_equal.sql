-- Rows of earlier reconciliations that this one did not find again: of documents it compared, and of imported payments
-- that are on no invoice any more (the import gives a changed one a new allocation). What the import says of its payments
-- is the import's to close. Runs in the transaction that lists: what was listed in it is not older than now().
WITH compared AS MATERIALIZED (   -- in one pass over the comparison, however many are listed
  SELECT c.document_kind, c.document_id, c.origin FROM qbo_sync.comparison c
  WHERE c.workspace_id = %(workspace_id)s
    AND ((c.document_kind, c.document_id) IN (
          SELECT u.document_kind, u.document_id FROM qbo_sync.unsynced_invoice u
          WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL)) IS TRUE
  UNION ALL
  SELECT l.document_kind, l.document_id, l.origin FROM qbo_sync.document_link l
  WHERE l.workspace_id = %(workspace_id)s AND l.origin = 'quickbooks' AND l.removed_at IS NOT NULL
)
UPDATE qbo_sync.unsynced_invoice u SET resolved_at = now(), resolution = 'equal again'
FROM compared c
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
  AND (u.error_key IN ('totals_mismatch', 'changed_in_quickbooks', 'missing_in_quickbooks')
       OR (u.error_key IN ('inactive_reference', 'currency_mismatch') AND NOT u.blocks))
  AND u.last_seen_at < now()
  AND ((c.origin IS DISTINCT FROM 'quickbooks' AND u.error_key <> 'currency_mismatch') OR u.cause_ref NOT LIKE 'payment:%%')
  AND c.document_kind = u.document_kind AND c.document_id = u.document_id
