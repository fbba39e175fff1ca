-- A file is about to be written where reports are kept.
INSERT INTO qbo_sync.report_file (workspace_id, name) VALUES (%(workspace_id)s, %(name)s)
ON CONFLICT (workspace_id, name) DO UPDATE SET at = now(), written = false
