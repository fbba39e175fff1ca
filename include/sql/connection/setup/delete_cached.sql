-- Delete the lists read from QuickBooks: a person changed something there.
DELETE FROM qbo_sync.reference_cache
WHERE realm_id = %(realm_id)s
