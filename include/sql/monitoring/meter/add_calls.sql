-- Add calls of one kind to today's.
INSERT INTO qbo_sync.metered_call (workspace_id, day, kind, calls)
VALUES (%(workspace_id)s, (now() AT TIME ZONE 'UTC')::date, %(kind)s, %(calls)s)
ON CONFLICT (workspace_id, day, kind) DO UPDATE SET calls = metered_call.calls + excluded.calls
