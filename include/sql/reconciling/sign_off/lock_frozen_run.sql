-- Which run is frozen, locked until the end of the transaction. At most one row.
SELECT run_id, realm_id FROM qbo_sync.frozen_run WHERE workspace_id = %(workspace_id)s FOR UPDATE
