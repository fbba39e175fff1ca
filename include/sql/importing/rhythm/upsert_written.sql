-- A run that began then has posted payments: a webhook should report them. One that is still to be reported stays.
INSERT INTO qbo_sync.import_rhythm AS r (workspace_id, realm_id, wrote_at)
VALUES (%(workspace_id)s, %(realm_id)s, %(wrote_at)s)
ON CONFLICT (workspace_id) DO UPDATE
SET wrote_at = CASE WHEN r.wrote_at IS NULL OR r.heard_at >= r.wrote_at THEN excluded.wrote_at ELSE r.wrote_at END
