-- What moved last since a time, of many practices in one statement: for each of them, each branch walks the index
-- (workspace_id, updated_at, id) of its table from its newest end, and no further than `most` rows. Drafts never post.
-- Grain:   one row per workspace where something moved
-- Params:  workspace_ids bigint[] | since timestamptz[], exclusive, one for each | most bigint, of each kind
-- Columns: workspace_id bigint | moved bigint, rows | newest timestamptz
SELECT w.workspace_id, i.moved + n.moved + a.moved AS moved, greatest(i.newest, n.newest, a.newest) AS newest
FROM unnest(%(workspace_ids)s::bigint[], %(since)s::timestamptz[]) AS w (workspace_id, since)
CROSS JOIN LATERAL (SELECT count(*) AS moved, max(d.updated_at) AS newest FROM (
  SELECT d.updated_at, d.status FROM caspen.invoice d
  WHERE d.workspace_id = w.workspace_id AND d.updated_at > w.since ORDER BY d.updated_at DESC LIMIT %(most)s
) d WHERE d.status <> 'draft') i
CROSS JOIN LATERAL (SELECT count(*) AS moved, max(d.updated_at) AS newest FROM (
  SELECT d.updated_at FROM caspen.credit_note d
  WHERE d.workspace_id = w.workspace_id AND d.updated_at > w.since ORDER BY d.updated_at DESC LIMIT %(most)s
) d) n
CROSS JOIN LATERAL (SELECT count(*) AS moved, max(d.updated_at) AS newest FROM (
  SELECT d.updated_at FROM caspen.payment_allocation d
  WHERE d.workspace_id = w.workspace_id AND d.updated_at > w.since ORDER BY d.updated_at DESC LIMIT %(most)s
) d) a
WHERE i.moved + n.moved + a.moved > 0
ORDER BY w.workspace_id
