-- Delete the lists read from QuickBooks: something may have changed there, or a run is about to write.
-- Params:  names: these lists alone, or null; older_than: leave those read within so long
DELETE FROM qbo_sync.reference_cache
WHERE realm_id = %(realm_id)s AND (%(names)s::text[] IS NULL OR name = ANY(%(names)s))
  AND read_at <= now() - %(older_than)s::interval
