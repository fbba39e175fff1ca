-- Mails to be sent, one a day and address.
-- Params:  ids, days, addresses, kinds: of each
INSERT INTO qbo_sync.mail (workspace_id, day, address, kind)
SELECT * FROM unnest(%(ids)s::bigint[], %(days)s::date[], %(addresses)s::text[], %(kinds)s::text[])
ON CONFLICT DO NOTHING
