-- How much moved since a time, of many practices in one statement: for each of them, each branch walks the index
-- (workspace_id, updated_at, id) of its table, in its order, and no further than `most` rows.
-- Grain:   one row per workspace where something moved
-- Params:  workspace_ids bigint[] | since timestamptz[], inclusive, one for each | most bigint, of each kind
-- Columns: workspace_id bigint | moved bigint, rows of invoices, credit notes and allocations
SELECT w.workspace_id, i.moved + n.moved + a.moved AS moved
FROM unnest(%(workspace_ids)s::bigint[], %(since)s::timestamptz[]) AS w (workspace_id, since)
CROSS JOIN LATERAL (SELECT count(*) AS moved FROM (
  SELECT FROM caspen.invoice d
  WHERE d.workspace_id = w.workspace_id AND d.updated_at >= w.since ORDER BY d.updated_at LIMIT %(most)s
) d) i
CROSS JOIN LATERAL (SELECT count(*) AS moved FROM (
  SELECT FROM caspen.credit_note d
  WHERE d.workspace_id = w.workspace_id AND d.updated_at >= w.since ORDER BY d.updated_at LIMIT %(most)s
) d) n
CROSS JOIN LATERAL (SELECT count(*) AS moved FROM (
  SELECT FROM caspen.payment_allocation d
  WHERE d.workspace_id = w.workspace_id AND d.updated_at >= w.since ORDER BY d.updated_at LIMIT %(most)s
) d) a
WHERE i.moved + n.moved + a.moved > 0
ORDER BY w.workspace_id
