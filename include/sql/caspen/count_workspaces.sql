-- How many practices there are.
-- Grain:   one row
-- Params:  none
-- Columns: workspaces bigint
SELECT count(id) AS workspaces FROM caspen.workspace
