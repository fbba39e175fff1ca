-- What is known of why documents differ: what is listed of the document itself; of an invoice, what is listed of its
-- payments and credit notes, and of payments that pay it in QuickBooks; of a payment, what the import says of it on its
-- invoice. One row per document.
-- Columns: title: null where nothing is listed | about_kind and about_number: the document that is listed
WITH paying AS MATERIALIZED (
  SELECT i.document_id AS invoice_id, u.id FROM qbo_sync.unsynced_invoice u
  JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  JOIN qbo_sync.snapshot s USING (realm_id, quickbooks_type, quickbooks_id)
  CROSS JOIN LATERAL jsonb_to_recordset(s.facts -> 'links') AS k(txn_type text, txn_id text)
  JOIN qbo_sync.document_link i
    ON i.workspace_id = u.workspace_id AND i.realm_id = s.realm_id AND i.quickbooks_type = 'Invoice'
   AND i.quickbooks_id = k.txn_id
  WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.document_kind = 'payment'
    AND l.removed_at IS NULL AND s.gone IS NULL AND k.txn_type = 'Invoice'
)
SELECT c.document_id, c.balance_settled AS settled, c.accepted OR f.follows AS accepted, u.title, u.document_kind AS about_kind,
       u.document_number AS about_number
FROM qbo_sync.comparison c
LEFT JOIN LATERAL (
  SELECT u.title, u.document_kind, u.document_number FROM qbo_sync.unsynced_invoice u
  WHERE u.workspace_id = c.workspace_id AND u.resolved_at IS NULL
    AND ((u.document_kind = c.document_kind AND u.document_id = c.document_id)
         OR (c.document_kind = 'invoice'
             AND (u.invoice_id = c.document_id
                  OR u.id IN (SELECT p.id FROM paying p WHERE p.invoice_id = c.document_id)))
         OR (c.document_kind = 'payment' AND u.invoice_id = c.invoice_id
             AND u.cause_ref = 'payment:' || c.quickbooks_id))
  ORDER BY u.document_kind = c.document_kind DESC, u.first_seen_at, u.id LIMIT 1
) u ON true
CROSS JOIN LATERAL (   -- all that differs is explained, and by nothing listed: by what was accepted of its invoice
  SELECT coalesce(bool_and(r.explained), false)
         AND EXISTS (SELECT 1 FROM qbo_sync.document d
                     JOIN qbo_sync.acceptance a USING (workspace_id, document_kind, document_id)
                     WHERE d.workspace_id = c.workspace_id AND d.invoice_id = c.invoice_id) AS follows
  FROM qbo_sync.reconciliation_difference r
  WHERE r.workspace_id = c.workspace_id AND r.run_id = %(run_id)s
    AND r.document_kind = c.document_kind AND r.document_id = c.document_id
) f
WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = %(document_kind)s AND c.document_id = ANY(%(document_ids)s)
  AND c.in_caspen
