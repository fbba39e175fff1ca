-- Take back one imported allocation; its row stays, marked.
-- Grain:   touches one row, or none when it is not live or was not imported
-- Params:  workspace_id bigint | allocation_id bigint
-- Columns: amount numeric(12,2)
UPDATE caspen.payment_allocation AS a SET deleted_at = clock_timestamp()
FROM caspen.payment AS p
WHERE a.id = %(allocation_id)s
  AND a.workspace_id = %(workspace_id)s AND a.deleted_at IS NULL AND p.id = a.payment_id
  AND p.source = 'quickbooks'
RETURNING a.amount
