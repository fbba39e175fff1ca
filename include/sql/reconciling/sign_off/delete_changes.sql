DELETE FROM qbo_sync.signed_change WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s
