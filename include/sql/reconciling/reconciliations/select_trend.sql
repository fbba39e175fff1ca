-- The last reconciliations before this one, oldest first.
SELECT * FROM (
  SELECT r.run_id, r.started_at AS at, r.documents_checked AS documents, r.differences,
         r.differences - (SELECT count(*) FROM qbo_sync.reconciliation_difference d
                          WHERE d.run_id = r.run_id AND d.workspace_id = r.workspace_id AND d.explained) AS unexplained
  FROM qbo_sync.reconciliation_run r
  WHERE r.workspace_id = %(workspace_id)s AND r.documents_checked IS NOT NULL AND r.run_id <> %(run_id)s
  ORDER BY r.started_at DESC, r.run_id LIMIT %(runs)s
) t
ORDER BY t.at, t.run_id
