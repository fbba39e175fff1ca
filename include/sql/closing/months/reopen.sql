-- A person reopens a closed month; the row stays as it was closed.
UPDATE qbo_sync.month_close
SET reopened_at = now(), reopened_by = %(who)s, reopened_reason = %(reason)s
WHERE workspace_id = %(workspace_id)s AND month = %(month)s AND reopened_at IS NULL
