-- The QuickBooks status of credit notes, which have no detail. Equal rows, and rows that another transaction holds, are
-- left alone; rows are locked in id order.
-- Grain:   one row per credit note that differs
-- Params:  workspace_id bigint | ids bigint[] | statuses text[]; the lists run side by side, each id once
-- Columns: id bigint | written boolean, false where the row is held | before, after timestamptz: its updated_at as we
--          found it under the lock, and as we left it
WITH differing AS (
  SELECT n.id, wanted.status FROM caspen.credit_note AS n
  JOIN unnest(%(ids)s::bigint[], %(statuses)s::text[]) AS wanted (id, status) ON wanted.id = n.id
  WHERE n.workspace_id = %(workspace_id)s AND n.quickbooks_status IS DISTINCT FROM wanted.status
), free AS (
  SELECT n.id, n.updated_at FROM caspen.credit_note AS n WHERE n.id IN (SELECT id FROM differing)
  ORDER BY n.id
  FOR NO KEY UPDATE OF n SKIP LOCKED
), written AS (
  UPDATE caspen.credit_note AS n SET quickbooks_status = differing.status
  FROM differing
  JOIN free USING (id)
  WHERE n.id = differing.id
  RETURNING n.id, free.updated_at AS before, n.updated_at AS after
)
SELECT differing.id, written.id IS NOT NULL AS written, written.before, written.after FROM differing
LEFT JOIN written USING (id)
