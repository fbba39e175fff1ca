-- These days are decided: whether a mail goes is not asked a second time.
-- Params:  ids, days: of each
UPDATE qbo_sync.mail_wish w SET decided_on = d.day
FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS d (id, day)
WHERE w.workspace_id = d.id
