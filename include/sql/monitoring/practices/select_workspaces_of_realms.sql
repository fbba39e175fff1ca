-- Connected workspaces of these companies.
SELECT workspace_id FROM qbo_sync.connection WHERE realm_id = ANY(%(realm_ids)s) AND status = 'connected'
ORDER BY workspace_id
