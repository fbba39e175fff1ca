-- A webhook reported invoices or credit memos: where one is not ours, no number is taken for free without asking.
-- Params:  realm_ids, quickbooks_types, quickbooks_ids: of each
DELETE FROM qbo_sync.free_number f
USING unnest(%(realm_ids)s::text[], %(quickbooks_types)s::text[], %(quickbooks_ids)s::text[])
      AS e (realm_id, quickbooks_type, quickbooks_id)
WHERE f.realm_id = e.realm_id AND f.quickbooks_type = e.quickbooks_type
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                  WHERE l.realm_id = e.realm_id AND l.quickbooks_type = e.quickbooks_type
                    AND l.quickbooks_id = e.quickbooks_id AND l.origin <> 'quickbooks')
