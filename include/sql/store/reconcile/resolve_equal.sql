-- Rows of earlier reconciliations that this one did not find again, for documents it compared.
-- Runs in the transaction that lists: what was listed in it is not older than now().
-- Params:  workspace_id bigint
WITH compared AS MATERIALIZED (   -- in one pass over the comparison, however many are listed
  SELECT c.document_kind, c.document_id
  FROM qbo_sync.comparison c
  WHERE c.workspace_id = %(workspace_id)s AND c.origin IS DISTINCT FROM 'quickbooks'
    AND ((c.document_kind, c.document_id) IN (
          SELECT u.document_kind, u.document_id
          FROM qbo_sync.unsynced_invoice u
          WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL)) IS TRUE
)
UPDATE qbo_sync.unsynced_invoice u
SET resolved_at = now(), resolution = 'equal again'
FROM compared c
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL
  AND (u.error_key IN ('totals_mismatch', 'changed_in_quickbooks', 'missing_in_quickbooks')
       OR (u.error_key = 'inactive_reference' AND NOT u.blocks))
  AND u.last_seen_at < now()
  AND c.document_kind = u.document_kind AND c.document_id = u.document_id
