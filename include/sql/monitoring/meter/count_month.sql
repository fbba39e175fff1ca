-- Metered reads of this month, of one practice or of all together. One row.
-- Params:  workspace_id: none for the whole app
SELECT coalesce(sum(m.calls), 0) AS reads FROM qbo_sync.metered_call m
WHERE m.day >= date_trunc('month', now() AT TIME ZONE 'UTC')::date AND m.kind = ANY(%(kinds)s)
  AND (%(workspace_id)s::bigint IS NULL OR m.workspace_id = %(workspace_id)s)
