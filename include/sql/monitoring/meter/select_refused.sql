-- Whether reads were refused lately because the month's are used up. One row, or none.
SELECT 1 AS refused FROM qbo_sync.metered_call
WHERE workspace_id = %(workspace_id)s AND kind = 'refused' AND day >= (now() AT TIME ZONE 'UTC')::date - 1
LIMIT 1
