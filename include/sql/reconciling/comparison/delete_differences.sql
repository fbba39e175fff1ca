DELETE FROM qbo_sync.reconciliation_difference WHERE run_id = %(run_id)s AND workspace_id = %(workspace_id)s
