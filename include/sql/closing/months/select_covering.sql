-- The reconciliation whose comparison is kept, with its report. At most one row.
SELECT r.run_id, f.realm_id, r.started_at, r.finished_at, r.documents_checked, r.full_compare, r.report,
       coalesce(r.differences, 0) AS differences,
       (SELECT count(*) FROM qbo_sync.reconciliation_difference d
        WHERE d.run_id = r.run_id AND d.workspace_id = r.workspace_id AND NOT d.explained) AS unexplained
FROM qbo_sync.frozen_run f
JOIN qbo_sync.reconciliation_run r USING (workspace_id, run_id)
WHERE f.workspace_id = %(workspace_id)s
