-- What is listed for a person, by kind. One row per practice and error key.
-- Params:  ids: practices | keys, turns: whose turn each kind of error is
SELECT u.workspace_id, u.error_key, coalesce(t.turn, 'admin') AS turn, count(*) AS documents, min(u.first_seen_at) AS since
FROM qbo_sync.unsynced_invoice u
LEFT JOIN unnest(%(keys)s::text[], %(turns)s::text[]) AS t (error_key, turn) USING (error_key)
WHERE u.workspace_id = ANY(%(ids)s::bigint[]) AND u.resolved_at IS NULL AND t.turn IS DISTINCT FROM 'nobody'
GROUP BY u.workspace_id, u.error_key, t.turn
ORDER BY u.workspace_id, u.error_key
