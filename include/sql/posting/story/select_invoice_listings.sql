-- What is listed, or was, for an invoice, its credit notes and payments; open rows first, newest first.
SELECT document_kind AS kind, document_number AS number, error_key, title, detail, fix, blocks, cause_ref, field, first_seen_at, attempts,
       resolved_at, resolution
FROM qbo_sync.unsynced_invoice WHERE workspace_id = %(workspace_id)s AND invoice_id = %(invoice_id)s
ORDER BY resolved_at IS NOT NULL, last_seen_at DESC, id DESC LIMIT 100
