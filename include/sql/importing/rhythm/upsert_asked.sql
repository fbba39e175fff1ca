-- The import has read everything new.
-- Params:  found: whether something of other people's was there
INSERT INTO qbo_sync.import_rhythm AS r (workspace_id, realm_id, asked_at, found_at)
VALUES (%(workspace_id)s, %(realm_id)s, %(asked_at)s, CASE WHEN %(found)s THEN now() END)
ON CONFLICT (workspace_id) DO UPDATE
SET realm_id = excluded.realm_id, asked_at = excluded.asked_at, found_at = coalesce(excluded.found_at, r.found_at)
