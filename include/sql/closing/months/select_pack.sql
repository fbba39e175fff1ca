-- The pack of a closed month as it was stored. At most one row.
SELECT pack FROM qbo_sync.month_close
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND month = %(month)s AND reopened_at IS NULL
