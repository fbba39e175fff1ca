-- Live allocations of payments that were voided since a time: Caspen's screens unlink them first, but a payment can also
-- be voided as it is. Payments have no index by time; their workspace's are read, 0.2 s for a million.
-- Grain:   one row per allocation
-- Params:  workspace_id bigint | since timestamptz, inclusive
-- Columns: id bigint
SELECT a.id FROM caspen.payment AS p
JOIN caspen.payment_allocation AS a ON a.payment_id = p.id AND a.workspace_id = p.workspace_id
WHERE p.workspace_id = %(workspace_id)s AND p.status = 'void' AND p.updated_at >= %(since)s
  AND a.deleted_at IS NULL
ORDER BY a.id
