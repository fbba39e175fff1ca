-- The QuickBooks status of credit notes, which have no detail. Equal rows are left alone; rows are locked in id order.
-- Grain:   touches one row per credit note that differs
-- Params:  workspace_id bigint | ids bigint[] | statuses text[]; the lists run side by side, each id once
WITH differing AS (
  SELECT n.id, wanted.status
  FROM caspen.credit_note AS n
  JOIN unnest(%(ids)s::bigint[], %(statuses)s::text[]) AS wanted (id, status) ON wanted.id = n.id
  WHERE n.workspace_id = %(workspace_id)s
    AND n.quickbooks_status IS DISTINCT FROM wanted.status
  ORDER BY n.id
  FOR NO KEY UPDATE OF n
)
UPDATE caspen.credit_note AS n
SET quickbooks_status = differing.status
FROM differing
WHERE n.id = differing.id
