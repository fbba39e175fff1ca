-- Someone was shown a page or given a file.
INSERT INTO qbo_sync.read_record (workspace_id, at, who, what, downloaded)
VALUES (%(workspace_id)s, %(at)s, %(who)s, %(what)s, %(downloaded)s)
