-- What Caspen's screen was given to show may quote people.
UPDATE qbo_sync.document SET shown_detail = NULL WHERE workspace_id = %(workspace_id)s AND shown_detail IS NOT NULL
