-- Every stored difference of a run, in the order written.
SELECT document_kind, document_id, document_number, field, caspen_value, quickbooks_value, delta, explained
FROM qbo_sync.reconciliation_difference WHERE workspace_id = %(workspace_id)s AND run_id = %(run_id)s
ORDER BY id
