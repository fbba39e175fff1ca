-- Who approved which numbers and amounts stays; the reasons may quote people.
UPDATE qbo_sync.backfill_plan
SET lines = (SELECT coalesce(jsonb_agg(l.line || '{"reason": ""}' ORDER BY l.n), '[]')
             FROM jsonb_array_elements(lines) WITH ORDINALITY l(line, n))
WHERE workspace_id = %(workspace_id)s
