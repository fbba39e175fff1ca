-- The documents that stand on these customers as far as we recorded, with the customer of the last reading of each.
-- Columns: read_customer: null where it was not read, or is gone | accepted_customer: on which a person accepted it
SELECT l.document_kind AS kind, l.document_id AS id, l.quickbooks_type, l.quickbooks_id, l.origin, l.customer_id,
       s.customer_id AS read_customer, a.facts ->> 'customer_id' AS accepted_customer
FROM qbo_sync.document_link l
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
 AND s.gone IS NULL
LEFT JOIN qbo_sync.acceptance a
  ON a.workspace_id = l.workspace_id AND a.document_kind = l.document_kind AND a.document_id = l.document_id
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s AND l.removed_at IS NULL
  AND l.customer_id = ANY(%(customer_ids)s)
ORDER BY l.document_kind, l.document_id
