-- How far a feed has been read. At most one row.
SELECT position, checkpoints FROM qbo_sync.cursor WHERE workspace_id = %(workspace_id)s AND name = %(name)s
