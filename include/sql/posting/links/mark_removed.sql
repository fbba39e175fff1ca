-- We voided or deleted it in QuickBooks; the link is kept.
UPDATE qbo_sync.document_link SET removed_at = now()
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
