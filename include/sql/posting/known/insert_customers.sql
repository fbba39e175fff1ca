INSERT INTO qbo_sync.known_customer (workspace_id, realm_id, key, quickbooks_id)
SELECT %(workspace_id)s, %(realm_id)s, k.key, k.quickbooks_id
FROM unnest(%(keys)s::text[], %(quickbooks_ids)s::text[]) AS k (key, quickbooks_id)
ON CONFLICT DO NOTHING
