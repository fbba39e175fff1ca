-- Delete a first connection that proved wrong before anything was done with it.
DELETE FROM qbo_sync.connection WHERE workspace_id = %(workspace_id)s AND token_generation <= 2
