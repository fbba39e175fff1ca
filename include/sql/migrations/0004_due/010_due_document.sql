-- Documents that QuickBooks does not hold as it should and that a run may try now: the one definition of "due".
-- A listed one comes only after a release: Retry, a healed cause, or a new version.
CREATE VIEW qbo_sync.due_document AS
SELECT d.workspace_id, d.document_kind, d.document_id, d.document_number, d.invoice_id, d.client_id, d.document_date,
       d.total, d.wanted, d.version, d.synced_version
FROM qbo_sync.document d
WHERE d.excluded_reason IS NULL
  AND d.wanted <> 'as_is'
  AND d.version IS DISTINCT FROM d.synced_version
  AND NOT EXISTS (
    SELECT 1
    FROM qbo_sync.unsynced_invoice u
    WHERE u.workspace_id = d.workspace_id
      AND u.document_kind = d.document_kind
      AND u.document_id = d.document_id
      AND u.resolved_at IS NULL
      AND u.blocks
      AND (d.released_at IS NULL OR d.released_at <= u.last_seen_at)
  )
