-- What Caspen's screens should show and do not show yet, as far as this project wrote them. One row per document.
-- Synced: in QuickBooks as Caspen shows it, also while a matter about its payments, credits or customer waits; that
-- matter is the detail. A credit note that is there to the cent counts before it is applied.
-- A document that never was shown anything and is excluded or a draft is left alone; so is one that was taken out of
-- QuickBooks because it is void or deleted.
-- Looked at are those that are not settled by themselves, and those with an open row, on them or on their invoice.
WITH looked_at AS (
  SELECT document_kind, document_id FROM qbo_sync.unsettled_documents(%(workspace_id)s)
  UNION
  SELECT d.document_kind, d.document_id
  FROM (SELECT DISTINCT invoice_id FROM qbo_sync.unsynced_invoice
        WHERE workspace_id = %(workspace_id)s AND resolved_at IS NULL) u
  CROSS JOIN LATERAL (
    SELECT document_kind, document_id FROM qbo_sync.document
    WHERE workspace_id = %(workspace_id)s AND invoice_id = u.invoice_id AND document_kind IN ('invoice', 'credit_note')
    OFFSET 0   -- one by one: PostgreSQL would read all documents to join them
  ) d
)
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
  FROM looked_at
  CROSS JOIN LATERAL (
    SELECT * FROM qbo_sync.document
    WHERE workspace_id = %(workspace_id)s AND document_kind = looked_at.document_kind
      AND document_id = looked_at.document_id
    OFFSET 0
  ) d
  LEFT JOIN LATERAL (
    SELECT * FROM qbo_sync.document_link
    WHERE workspace_id = %(workspace_id)s AND document_kind = d.document_kind AND document_id = d.document_id
    OFFSET 0
  ) l ON true
  LEFT JOIN LATERAL qbo_sync.matter_of(d.workspace_id, d.document_kind, d.document_id, d.invoice_id) u ON true
) s
WHERE s.status IS NOT NULL AND (s.status, s.detail) IS DISTINCT FROM (s.shown_status, s.shown_detail)
ORDER BY s.document_kind, s.document_id LIMIT %(page_size)s
