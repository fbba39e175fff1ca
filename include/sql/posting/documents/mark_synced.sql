-- QuickBooks holds this version now.
UPDATE qbo_sync.document SET synced_version = %(version)s
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
