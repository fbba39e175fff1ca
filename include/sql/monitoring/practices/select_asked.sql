-- When each connected practice's import asked QuickBooks, and what is known since. One row a practice.
-- Columns: waiting: the import has listed something that a person may settle in Caspen
SELECT c.workspace_id, c.connected_at, r.asked_at, r.found_at, r.wrote_at, r.heard_at, r.reported_at,
       EXISTS (
         SELECT 1 FROM qbo_sync.unsynced_invoice u
         WHERE u.workspace_id = c.workspace_id AND u.resolved_at IS NULL
           AND ((u.document_kind = 'invoice' AND u.error_key IN ('split_payment', 'overpayment'))
                OR u.cause_ref LIKE 'payment:%%' OR (u.document_kind = 'credit_note' AND u.cause_ref LIKE 'paid:%%'))
       ) AS waiting
FROM qbo_sync.connection c
LEFT JOIN qbo_sync.import_rhythm r ON r.workspace_id = c.workspace_id AND r.realm_id = c.realm_id
WHERE c.status = 'connected' ORDER BY c.workspace_id
