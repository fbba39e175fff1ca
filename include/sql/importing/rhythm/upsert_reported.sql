-- Something has changed that the import should look at, as a reconciliation read or the staff did.
INSERT INTO qbo_sync.import_rhythm AS r (workspace_id, realm_id, reported_at)
VALUES (%(workspace_id)s, %(realm_id)s, now())
ON CONFLICT (workspace_id) DO UPDATE SET reported_at = excluded.reported_at
