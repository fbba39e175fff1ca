-- What Caspen's screens should show and do not show yet, as far as this project wrote them. One row per document.
-- Synced: in QuickBooks as Caspen shows it, also while a matter about its payments, credits or customer waits; that
-- matter is the detail. A credit note that is there to the cent counts before it is applied.
-- A document that never was shown anything and is excluded or a draft is left alone; so is one that was taken out of
-- QuickBooks because it is void or deleted.
SELECT s.document_kind, s.document_id, s.status, s.detail
FROM (
  SELECT d.document_kind, d.document_id, d.shown_status, d.shown_detail,
         CASE
           WHEN u.differs THEN 'Not synced'
           WHEN d.excluded_reason = 'never_synced' AND l.removed_at IS NOT NULL THEN d.shown_status
           WHEN d.excluded_reason IS NOT NULL THEN CASE WHEN d.shown_status IS NOT NULL THEN 'Not synced' END
           WHEN d.wanted = 'as_is' THEN d.shown_status
           WHEN d.version IS NOT DISTINCT FROM d.synced_version THEN 'Synced'
           WHEN d.document_kind = 'credit_note' AND d.wanted = 'present' AND l.removed_at IS NULL
                AND (l.quickbooks_subtotal, l.quickbooks_tax, l.quickbooks_total) = (d.subtotal, d.tax, d.total)
             THEN 'Synced'
           WHEN d.finalised THEN 'Not synced'
           ELSE d.shown_status
         END AS status,
         u.title AS detail
  FROM qbo_sync.document d
  LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  LEFT JOIN LATERAL qbo_sync.matter_of(d.workspace_id, d.document_kind, d.document_id, d.invoice_id) u ON true
  WHERE d.workspace_id = %(workspace_id)s AND d.document_kind IN ('invoice', 'credit_note')
) s
WHERE s.status IS NOT NULL AND (s.status, s.detail) IS DISTINCT FROM (s.shown_status, s.shown_detail)
ORDER BY s.document_kind, s.document_id LIMIT %(page_size)s
