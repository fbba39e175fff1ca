-- Every time a month was closed and reopened, newest month first; of one month where it is named.
SELECT id, month, run_id, closed_at, closed_by, note, changed, changes, checked_at, reopened_at, reopened_by,
       reopened_reason
FROM qbo_sync.month_close
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND (%(month)s::date IS NULL OR month = %(month)s)
ORDER BY month DESC, id DESC LIMIT %(most)s
