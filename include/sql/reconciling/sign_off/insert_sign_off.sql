INSERT INTO qbo_sync.sign_off (workspace_id, realm_id, run_id, through, signed_by)
VALUES (%(workspace_id)s, %(realm_id)s, %(run_id)s, %(through)s, %(who)s)
RETURNING id
