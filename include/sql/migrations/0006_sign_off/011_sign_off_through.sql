CREATE INDEX sign_off_through ON qbo_sync.sign_off (workspace_id, realm_id, through, id)
