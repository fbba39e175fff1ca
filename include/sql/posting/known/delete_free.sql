-- Numbers that are used now, or stand in QuickBooks.
-- Params:  numbers: null: all of them, of all types
DELETE FROM qbo_sync.free_number
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s
  AND (%(numbers)s::text[] IS NULL OR quickbooks_type = %(quickbooks_type)s AND number = ANY(%(numbers)s))
