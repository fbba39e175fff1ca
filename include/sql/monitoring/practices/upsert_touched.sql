-- A webhook reported something else than a payment: of which connected practices.
INSERT INTO qbo_sync.import_rhythm AS r (workspace_id, realm_id, touched_at)
SELECT c.workspace_id, c.realm_id, now() FROM qbo_sync.connection c
WHERE c.realm_id = ANY (%(realm_ids)s::text[]) AND c.status = 'connected'
ON CONFLICT (workspace_id) DO UPDATE SET touched_at = excluded.touched_at
