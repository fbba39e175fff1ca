-- Invoices on which a document has something wrong in Caspen: by an index of these alone.
SELECT DISTINCT invoice_id FROM qbo_sync.document
WHERE workspace_id = %(workspace_id)s AND unsound <> '[]'
ORDER BY invoice_id
