-- When the workspace was connected and disconnected, and by whom: ConnectionEvents, newest first.
SELECT at, what, who, realm_id, company_name
FROM qbo_sync.connection_event WHERE workspace_id = %(workspace_id)s
ORDER BY id DESC LIMIT %(most)s
