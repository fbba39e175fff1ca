-- What an earlier sender left behind; there is one at a time. A text that was on its way may have arrived, so it is not
-- repeated; one of a day that is over is not sent any more.
-- Params:  ids, days: practices that may be sent something now, and their local day
UPDATE qbo_sync.mail m
SET state = CASE m.state WHEN 'handing' THEN 'unknown' ELSE 'missed' END,
    problem = CASE WHEN m.state = 'handing' THEN %(unknown)s WHEN m.problem = '' THEN %(missed)s ELSE m.problem END,
    ended_at = now()
WHERE m.state = 'handing'
   OR m.state = 'due' AND NOT EXISTS (
        SELECT 1 FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS o (id, day)
        WHERE o.id = m.workspace_id AND o.day = m.day)
