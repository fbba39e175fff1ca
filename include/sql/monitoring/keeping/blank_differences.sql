-- Values that are not money may be names.
UPDATE qbo_sync.reconciliation_difference SET caspen_value = NULL, quickbooks_value = NULL
WHERE workspace_id = %(workspace_id)s AND delta IS NULL AND (caspen_value IS NOT NULL OR quickbooks_value IS NOT NULL)
