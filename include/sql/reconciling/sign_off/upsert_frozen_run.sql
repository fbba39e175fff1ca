-- Name the run that what is frozen belongs to. In the transaction that freezes.
INSERT INTO qbo_sync.frozen_run (workspace_id, run_id, realm_id)
VALUES (%(workspace_id)s, %(run_id)s, %(realm_id)s)
ON CONFLICT (workspace_id) DO UPDATE SET run_id = excluded.run_id, realm_id = excluded.realm_id
