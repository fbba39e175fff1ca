-- Whether another workspace's documents are frozen in the same table.
SELECT EXISTS (SELECT 1 FROM qbo_sync.frozen_run WHERE workspace_id <> %(workspace_id)s) AS found
