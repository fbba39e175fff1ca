-- Whether anything is listed under a kind of error.
SELECT EXISTS (
  SELECT 1 FROM qbo_sync.unsynced_invoice
  WHERE workspace_id = %(workspace_id)s AND error_key = %(error_key)s AND resolved_at IS NULL
) AS found
