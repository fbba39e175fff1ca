-- Delete the tokens; settings, links and the date of the first connection stay.
UPDATE qbo_sync.connection
SET status = 'disconnected', disconnected_at = now(),
    access_token = NULL, access_expires_at = NULL, refresh_token = NULL, previous_refresh_token = NULL,
    refresh_expires_at = NULL, refresh_hard_expires_at = NULL, warned_days = NULL, updated_at = now()
WHERE workspace_id = %(workspace_id)s AND status <> 'disconnected'
