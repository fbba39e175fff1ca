-- Clients whose name contains a text, letter case ignored; merged profiles too.
-- Grain:   one row per client
-- Params:  workspace_id bigint | name_like text, for LIKE | most bigint
-- Columns: id bigint
SELECT c.id
FROM caspen.client AS c
WHERE c.workspace_id = %(workspace_id)s
  AND concat_ws(' ', c.first_name, c.last_name) ILIKE %(name_like)s
ORDER BY c.id
LIMIT %(most)s
