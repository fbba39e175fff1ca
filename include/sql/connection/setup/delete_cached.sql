-- Delete the lists read from QuickBooks: a person changed something there, or a run is about to write.
-- Params:  names: these lists alone, or null
DELETE FROM qbo_sync.reference_cache
WHERE realm_id = %(realm_id)s AND (%(names)s::text[] IS NULL OR name = ANY(%(names)s))
