-- The workspace for which a run planned a backfill.
SELECT workspace_id FROM qbo_sync.backfill_plan WHERE plan_run_id = %(plan_run_id)s ORDER BY id DESC LIMIT 1
