-- A webhook reported something else than payments: of which connected practices, where it is more than that ours were made.
-- Params:  realm_ids, entities (in lower case), quickbooks_ids, made: of each
INSERT INTO qbo_sync.import_rhythm AS r (workspace_id, realm_id, touched_at)
SELECT DISTINCT c.workspace_id, c.realm_id, now()
FROM unnest(%(realm_ids)s::text[], %(entities)s::text[], %(quickbooks_ids)s::text[], %(made)s::boolean[])
     AS e (realm_id, entity, quickbooks_id, made)
JOIN qbo_sync.connection c ON c.realm_id = e.realm_id AND c.status = 'connected'
WHERE NOT (e.made AND (
  EXISTS (
    SELECT FROM qbo_sync.document_link l
    WHERE l.realm_id = e.realm_id AND l.quickbooks_id = e.quickbooks_id AND l.origin = 'caspen' AND l.removed_at IS NULL
      AND l.quickbooks_type = CASE e.entity WHEN 'invoice' THEN 'Invoice' WHEN 'creditmemo' THEN 'CreditMemo' END
  ) OR (e.entity = 'customer' AND EXISTS (
    SELECT FROM qbo_sync.customer_link l
    WHERE l.realm_id = e.realm_id AND l.customer_id = e.quickbooks_id AND l.matched_by = 'created'
  ))
))
ON CONFLICT (workspace_id) DO UPDATE SET touched_at = excluded.touched_at
