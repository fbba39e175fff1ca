-- How many practices there are.
SELECT count(id) AS workspaces FROM caspen.workspace
