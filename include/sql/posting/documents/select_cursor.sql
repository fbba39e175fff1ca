-- How far a feed has been read.
-- Grain:   at most one row
-- Params:  workspace_id bigint, name text
-- Columns: position timestamptz | checkpoints jsonb
SELECT position, checkpoints
FROM qbo_sync.cursor
WHERE workspace_id = %(workspace_id)s AND name = %(name)s
