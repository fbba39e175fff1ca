-- Clients by the id asked for, a merged one answered with its survivor at the end of the chain.
-- Only what may leave Caspen is read: names and e-mail address. The chain never leaves the workspace. Profiles that
-- were merged in a ring (damaged data) all answer with the lowest id of the ring, whichever was asked for.
-- Grain:   one row per id asked for
-- Params:  workspace_id bigint | ids bigint[]
-- Columns: asked_id bigint | the survivor as caspen_qbo.core.records.Client
WITH RECURSIVE chain (asked_id, id, next_id, path) AS (
  SELECT c.id, c.id, c.merged_into_client_id, ARRAY[c.id]
  FROM caspen.client AS c WHERE c.workspace_id = %(workspace_id)s AND c.id = ANY(%(ids)s::bigint[])
  UNION ALL
  SELECT chain.asked_id, c.id, c.merged_into_client_id, chain.path || c.id
  FROM chain
  JOIN caspen.client AS c ON c.id = chain.next_id
  WHERE c.workspace_id = %(workspace_id)s AND c.id <> ALL(chain.path)
),
ends AS (
  SELECT DISTINCT ON (asked_id) asked_id, id, next_id, path
  FROM chain
  ORDER BY asked_id, cardinality(path) DESC
),
survivors AS (
  SELECT
    asked_id,
    CASE
      WHEN next_id = ANY(path) THEN (SELECT min(member) FROM unnest(path[array_position(path, next_id):]) AS member)
      ELSE id
    END AS id
  FROM ends
)
SELECT
  s.asked_id,
  c.id, c.workspace_id, c.first_name, c.last_name, c.email, c.merged_into_client_id, c.created_at
FROM survivors AS s
JOIN caspen.client AS c ON c.id = s.id
ORDER BY s.asked_id
