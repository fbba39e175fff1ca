-- The practice's company, whether it is connected, and whether the company is the practice's alone.
SELECT c.realm_id, c.status <> 'disconnected' AS connected,
       NOT EXISTS (SELECT 1 FROM qbo_sync.connection o
                   WHERE o.realm_id = c.realm_id AND o.workspace_id <> c.workspace_id) AS alone
FROM qbo_sync.connection c
WHERE c.workspace_id = %(workspace_id)s
