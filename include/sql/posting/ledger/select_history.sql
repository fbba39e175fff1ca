-- Invoices from before the connection that were never staged, as last counted. At most one row.
SELECT invoices, line_at, counted_at FROM qbo_sync.unstaged_history WHERE workspace_id = %(workspace_id)s
