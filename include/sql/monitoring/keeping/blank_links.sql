-- The words of posted documents; the figures of both sides have columns of their own and stay.
UPDATE qbo_sync.document_link SET as_posted = NULL WHERE workspace_id = %(workspace_id)s AND as_posted IS NOT NULL
