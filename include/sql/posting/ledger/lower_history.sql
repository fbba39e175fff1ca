-- Some of them were staged.
UPDATE qbo_sync.unstaged_history SET invoices = greatest(invoices - %(staged)s, 0) WHERE workspace_id = %(workspace_id)s
