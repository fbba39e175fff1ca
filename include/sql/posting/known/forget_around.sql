-- Some changes were not read, or our database was set back: nothing is known without asking.
UPDATE qbo_sync.import_rhythm SET around_at = NULL, customers_at = NULL
WHERE workspace_id = %(workspace_id)s
