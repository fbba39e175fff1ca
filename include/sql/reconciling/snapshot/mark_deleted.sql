-- QuickBooks no longer has these; what they last were stays. One never read before is stored as a stub.
INSERT INTO qbo_sync.snapshot (realm_id, quickbooks_type, quickbooks_id, gone, seen_at)
SELECT %(realm_id)s, %(quickbooks_type)s, id, 'deleted', %(seen_at)s
FROM unnest(%(ids)s::text[]) AS id
ON CONFLICT (realm_id, quickbooks_type, quickbooks_id) DO UPDATE
SET gone = 'deleted', seen_at = excluded.seen_at
