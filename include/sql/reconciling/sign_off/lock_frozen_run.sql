-- Which run is frozen, locked until the end of the transaction.
-- Grain:   at most one row
-- Params:  workspace_id bigint
SELECT run_id, realm_id FROM qbo_sync.frozen_run WHERE workspace_id = %(workspace_id)s FOR UPDATE
