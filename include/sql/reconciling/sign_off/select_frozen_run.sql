-- Which run is frozen, for showing whether it may be signed. At most one row.
SELECT run_id, realm_id FROM qbo_sync.frozen_run WHERE workspace_id = %(workspace_id)s
