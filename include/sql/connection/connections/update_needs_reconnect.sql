-- Intuit accepts none of the refresh tokens any more, or denies the app access to the company: a person must connect again.
UPDATE qbo_sync.connection SET status = 'needs_reconnect', updated_at = now()
WHERE workspace_id = %(workspace_id)s AND status = 'connected'
