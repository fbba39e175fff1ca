-- A person approves a plan for one run, once; none when it was approved before.
UPDATE qbo_sync.backfill_plan
SET run_id = %(run_id)s, approved_by = %(who)s, approved_through = %(through)s, approved_at = now(),
    expires_at = now() + make_interval(hours => %(hours)s)
WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND approved_at IS NULL
