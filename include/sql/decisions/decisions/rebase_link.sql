-- From now on, what differs from these facts is an edit.
UPDATE qbo_sync.document_link SET as_posted = %(facts)s, sync_token = %(facts)s::jsonb ->> 'sync_token',
    resent_version = NULL, resent_posted = false
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
