-- Practices that Caspen no longer has.
DELETE FROM qbo_sync.practice_overview WHERE workspace_id <> ALL(%(ids)s::bigint[])
