-- Of each linked invoice, whether its credit notes and payments may go: QuickBooks has it as Caspen shows it.
SELECT d.document_id AS invoice_id, l.quickbooks_id, l.customer_id, l.posted_at,
       d.wanted = 'present'
       AND l.removed_at IS NULL AND d.version IS NOT DISTINCT FROM d.synced_version
       AND NOT EXISTS (
         SELECT 1 FROM qbo_sync.unsynced_invoice u
         WHERE u.workspace_id = d.workspace_id AND u.document_kind = 'invoice' AND u.document_id = d.document_id
           AND u.resolved_at IS NULL AND u.blocks
       ) AS ready
FROM qbo_sync.document d
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = 'invoice' AND d.document_id = ANY(%(ids)s)
