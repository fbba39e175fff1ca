-- What an earlier try of a run found.
DELETE FROM qbo_sync.check_result WHERE workspace_id = %(workspace_id)s AND run_id = %(run_id)s
