-- Of these keys: those of customers that QuickBooks has.
SELECT DISTINCT key FROM qbo_sync.known_customer
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND key = ANY(%(keys)s)
