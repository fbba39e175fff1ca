-- The approved plan of a run has been carried out; its approval is used up.
UPDATE qbo_sync.backfill_plan
SET carried_out_at = now()
WHERE workspace_id = %(workspace_id)s AND run_id = %(run_id)s AND carried_out_at IS NULL
