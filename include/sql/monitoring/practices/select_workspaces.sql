-- Workspaces whose connection is in one of these states; of these companies alone, unless realm_ids is null.
SELECT workspace_id FROM qbo_sync.connection
WHERE status = ANY(%(statuses)s) AND (%(realm_ids)s::text[] IS NULL OR realm_id = ANY(%(realm_ids)s))
ORDER BY workspace_id
