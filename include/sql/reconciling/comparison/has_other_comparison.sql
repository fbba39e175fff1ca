-- Whether another workspace's documents are frozen in the same table.
-- Params:  workspace_id bigint
-- Columns: found boolean
SELECT EXISTS (SELECT 1 FROM qbo_sync.frozen_run WHERE workspace_id <> %(workspace_id)s) AS found
