-- Calls by day and kind, of one practice or of all together, since the month's first and at least eight days back.
-- Params:  workspace_id: none for the whole app
SELECT m.day, m.kind, sum(m.calls)::integer AS calls FROM qbo_sync.metered_call m
WHERE m.day >= least(date_trunc('month', now() AT TIME ZONE 'UTC')::date, (now() AT TIME ZONE 'UTC')::date - 8)
  AND (%(workspace_id)s::bigint IS NULL OR m.workspace_id = %(workspace_id)s)
GROUP BY m.day, m.kind ORDER BY m.day, m.kind
