-- What the report showed next to the differences: customers by name.
UPDATE qbo_sync.reconciliation_run SET report = '{}' WHERE workspace_id = %(workspace_id)s AND report <> '{}'
