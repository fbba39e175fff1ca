-- Causes shared by several documents that are still open.
SELECT DISTINCT cause_ref FROM qbo_sync.unsynced_invoice
WHERE workspace_id = %(workspace_id)s AND resolved_at IS NULL AND cause_ref <> ''
ORDER BY cause_ref
