-- Of which client of Caspen's a link is, where that was not kept.
-- Params:  client_ids, made_at: in step
UPDATE qbo_sync.customer_link l SET made_at = n.made_at
FROM unnest(%(client_ids)s::bigint[], %(made_at)s::timestamptz[]) AS n (client_id, made_at)
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.client_id = n.client_id AND l.made_at IS NULL
