-- Documents in QuickBooks as Caspen shows them, whose rows in Caspen are wrong.
SELECT document_kind, document_id, document_number, invoice_id, unsound FROM qbo_sync.document
WHERE workspace_id = %(workspace_id)s AND unsound <> '[]' AND version = synced_version AND wanted = 'present'
ORDER BY document_kind, document_id
