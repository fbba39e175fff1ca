-- Practices disconnected for longer than the books are kept, and whether their company is theirs alone.
SELECT c.workspace_id, c.realm_id,
       NOT EXISTS (SELECT 1 FROM qbo_sync.connection o
                   WHERE o.realm_id = c.realm_id AND o.workspace_id <> c.workspace_id) AS alone
FROM qbo_sync.connection c
WHERE c.status = 'disconnected' AND c.disconnected_at < now() - make_interval(days => %(days)s)
ORDER BY c.workspace_id
