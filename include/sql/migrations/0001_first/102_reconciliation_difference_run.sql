CREATE INDEX reconciliation_difference_run ON qbo_sync.reconciliation_difference (workspace_id, run_id, document_kind, document_id)
