-- Whether the database is where a run last noted it, and when its latest other run began. One row.
-- Params:  run_id: the caller's own
SELECT coalesce(p.transaction_number %% 4294967296 = p.xmin::text::bigint
                AND p.database_oid = d.oid AND p.server_started_at = pg_postmaster_start_time(), false) AS same,
       (SELECT max(last.started_at)   -- of each job by its index
        FROM (VALUES ('post'), ('import'), ('reconcile'), ('backfill')) AS j (job)
        CROSS JOIN LATERAL (
          SELECT r.started_at FROM qbo_sync.sync_run r
          WHERE r.workspace_id = %(workspace_id)s AND r.job = j.job AND r.run_id <> %(run_id)s
          ORDER BY r.started_at DESC LIMIT 1
        ) last) AS last_run_at
FROM pg_database d
LEFT JOIN qbo_sync.place p ON p.workspace_id = %(workspace_id)s
WHERE d.datname = current_database()
