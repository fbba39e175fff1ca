INSERT INTO qbo_sync.unstaged_history (workspace_id, invoices, line_at)
VALUES (%(workspace_id)s, %(invoices)s, %(line_at)s)
ON CONFLICT (workspace_id) DO UPDATE
SET invoices = excluded.invoices, line_at = excluded.line_at, counted_at = now()
