-- A webhook reported payments: of which connected practices, and whether it is more than that ours were made. One row each.
-- Params:  realm_ids, quickbooks_ids, made: of each payment
INSERT INTO qbo_sync.import_rhythm AS r (workspace_id, realm_id, heard_at, reported_at)
SELECT c.workspace_id, c.realm_id, now(), CASE WHEN bool_or(NOT p.ours) THEN now() END
FROM (
  SELECT e.realm_id, e.made AND EXISTS (
           SELECT 1 FROM qbo_sync.document_link l
           WHERE l.realm_id = e.realm_id AND l.quickbooks_type = 'Payment' AND l.quickbooks_id = e.quickbooks_id
             AND l.origin <> 'quickbooks' AND l.removed_at IS NULL
           UNION ALL   -- the payment of nothing that applies a credit memo
           SELECT 1 FROM qbo_sync.document_link l
           WHERE l.realm_id = e.realm_id AND l.application_id = e.quickbooks_id AND l.removed_at IS NULL
         ) AS ours
  FROM unnest(%(realm_ids)s::text[], %(quickbooks_ids)s::text[], %(made)s::boolean[])
       AS e (realm_id, quickbooks_id, made)
) p
JOIN qbo_sync.connection c ON c.realm_id = p.realm_id AND c.status = 'connected'
GROUP BY c.workspace_id, c.realm_id
ON CONFLICT (workspace_id) DO UPDATE
SET heard_at = excluded.heard_at, reported_at = coalesce(excluded.reported_at, r.reported_at)
RETURNING workspace_id, reported_at IS NOT DISTINCT FROM now() AS foreign_payment
