-- Params:  quickbooks_ids: null: all of them
DELETE FROM qbo_sync.known_customer
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s
  AND (%(quickbooks_ids)s::text[] IS NULL OR quickbooks_id = ANY(%(quickbooks_ids)s))
