-- Transactions as last read, by id; not those that are gone.
SELECT quickbooks_id, facts FROM qbo_sync.snapshot
WHERE realm_id = %(realm_id)s AND quickbooks_type = %(quickbooks_type)s AND quickbooks_id = ANY(%(ids)s) AND gone IS NULL
