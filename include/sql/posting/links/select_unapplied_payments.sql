-- Payments of ours in QuickBooks that do not pay their invoice in full: to be removed there. One whose allocation was
-- moved since pays what it was sent for: it is updated, not removed. One row per allocation.
-- Whatever is to be as it is in Caspen, or gone: a linked payment always is one of the two.
SELECT l.document_id, l.quickbooks_id, d.version FROM qbo_sync.undone_documents(%(workspace_id)s) d
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
LEFT JOIN qbo_sync.document_link i
  ON i.workspace_id = d.workspace_id AND i.document_kind = 'invoice' AND i.document_id = d.invoice_id
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s
  AND l.document_kind = 'payment' AND l.origin = 'caspen' AND l.removed_at IS NULL
  AND ((l.as_posted ->> 'balance')::numeric <> 0
    OR EXISTS (
      SELECT FROM jsonb_array_elements(l.as_posted -> 'links') paid
      WHERE paid ->> 'txn_id' IS DISTINCT FROM i.quickbooks_id)
    AND EXISTS (
      SELECT FROM qbo_sync.request r
      WHERE r.workspace_id = d.workspace_id AND r.document_kind = d.document_kind
        AND r.document_id = d.document_id AND r.step = 'post' AND r.state = 'done' AND r.version = d.version))
ORDER BY l.document_id
