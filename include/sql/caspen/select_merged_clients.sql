-- These clients and all that were merged into them, over any number of steps.
-- Grain:   one row per client
-- Params:  workspace_id bigint | ids bigint[]
-- Columns: id bigint
WITH RECURSIVE family (id) AS (
  SELECT c.id FROM caspen.client AS c
  WHERE c.workspace_id = %(workspace_id)s AND c.id = ANY(%(ids)s::bigint[])
  UNION
  SELECT c.id FROM family
  JOIN caspen.client AS c ON c.merged_into_client_id = family.id
  WHERE c.workspace_id = %(workspace_id)s
)
SELECT id FROM family ORDER BY id
