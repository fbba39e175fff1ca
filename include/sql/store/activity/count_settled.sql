-- How many of these invoices need no further work of a run: equal in QuickBooks, left out for a reason, or listed.
-- Params:  workspace_id bigint, numbers text[]
SELECT count(DISTINCT d.document_number) AS settled
FROM qbo_sync.document d
WHERE d.workspace_id = %(workspace_id)s
  AND d.document_kind = 'invoice'
  AND d.document_number = ANY(%(numbers)s)
  AND (d.version = d.synced_version
       OR d.excluded_reason IS NOT NULL
       OR EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
                  WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                    AND u.document_id = d.document_id AND u.resolved_at IS NULL))
