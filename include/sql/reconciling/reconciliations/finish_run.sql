-- End a reconciliation with all that its report needs.
UPDATE qbo_sync.reconciliation_run
SET finished_at = clock_timestamp(), documents_checked = %(documents_checked)s, differences = %(differences)s,
    finalised = %(finalised)s, synced = %(synced)s, waiting = %(waiting)s, listed = %(listed)s,
    excluded = %(excluded)s, success = %(success)s, checks = %(checks)s, calls = %(calls)s, report = %(report)s
WHERE run_id = %(run_id)s AND workspace_id = %(workspace_id)s
