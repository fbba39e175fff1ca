-- Move a cursor; never backwards.
INSERT INTO qbo_sync.cursor (workspace_id, name, position, checkpoints)
VALUES (%(workspace_id)s, %(name)s, %(position)s, %(checkpoints)s)
ON CONFLICT (workspace_id, name) DO UPDATE
SET position = greatest(qbo_sync.cursor.position, excluded.position), checkpoints = excluded.checkpoints,
    updated_at = now()
