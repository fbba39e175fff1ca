-- Remember what Caspen's screen was given to show.
UPDATE qbo_sync.document SET shown_status = %(status)s, shown_detail = %(detail)s
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
