-- The newest approved plan that a run may carry out.
SELECT id, workspace_id, plan_run_id, planned_at, lines, fingerprint, run_id, approved_by, approved_at, expires_at,
       carried_out_at
FROM qbo_sync.backfill_plan
WHERE workspace_id = %(workspace_id)s AND run_id = %(run_id)s
ORDER BY approved_at DESC, id DESC
LIMIT 1
