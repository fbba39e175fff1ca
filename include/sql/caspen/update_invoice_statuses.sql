-- The QuickBooks card of invoices. Equal rows are left alone, so that their updated_at does not move. Rows that another
-- transaction holds are left alone too: nobody waits for a member of staff who has gone to lunch.
-- Rows are locked in id order, the order in which every writer of this project locks invoices.
-- Grain:   one row per invoice that differs
-- Params:  workspace_id bigint | ids bigint[] | statuses text[] | details text[], null where there is none;
--          the three lists run side by side, each id once
-- Columns: id bigint | written boolean, false where the row is held | before, after timestamptz: its updated_at as we
--          found it under the lock, and as we left it
WITH differing AS (
  SELECT i.id, wanted.status, wanted.detail FROM caspen.invoice AS i
  JOIN unnest(%(ids)s::bigint[], %(statuses)s::text[], %(details)s::text[]) AS wanted (id, status, detail)
    ON wanted.id = i.id
  WHERE i.workspace_id = %(workspace_id)s
    AND (i.quickbooks_status, i.quickbooks_status_detail) IS DISTINCT FROM (wanted.status, wanted.detail)
), free AS (
  SELECT i.id, i.updated_at FROM caspen.invoice AS i WHERE i.id IN (SELECT id FROM differing)
  ORDER BY i.id
  FOR NO KEY UPDATE OF i SKIP LOCKED
), written AS (
  UPDATE caspen.invoice AS i
  SET quickbooks_status = differing.status, quickbooks_status_detail = differing.detail
  FROM differing
  JOIN free USING (id)
  WHERE i.id = differing.id
  RETURNING i.id, free.updated_at AS before, i.updated_at AS after
)
SELECT differing.id, written.id IS NOT NULL AS written, written.before, written.after FROM differing
LEFT JOIN written USING (id)
