-- The newest plan of a run that was asked what a backfill would do.
SELECT id, workspace_id, plan_run_id, planned_at, lines, fingerprint, run_id, approved_by, approved_at, expires_at,
       carried_out_at
FROM qbo_sync.backfill_plan
WHERE workspace_id = %(workspace_id)s AND plan_run_id = %(plan_run_id)s
ORDER BY id DESC
LIMIT 1
