-- What moved last since a time, of many practices in one statement: for each of them, each branch walks the index
-- (workspace_id, updated_at, id) of its table from its newest end, and stops at `most` rows. Drafts never post.
-- Grain:   one row per invoice, credit note or allocation
-- Params:  workspace_ids bigint[] | since timestamptz[], exclusive, one for each | most bigint, of each kind
-- Columns: workspace_id bigint | kind text (invoice, credit_note, payment) | id bigint | updated_at timestamptz
SELECT w.workspace_id, m.kind, m.id, m.updated_at
FROM unnest(%(workspace_ids)s::bigint[], %(since)s::timestamptz[]) AS w (workspace_id, since)
CROSS JOIN LATERAL (
  (SELECT 'invoice' AS kind, d.id, d.updated_at FROM caspen.invoice d
   WHERE d.workspace_id = w.workspace_id AND d.updated_at > w.since AND d.status <> 'draft'
   ORDER BY d.updated_at DESC LIMIT %(most)s)
  UNION ALL
  (SELECT 'credit_note', d.id, d.updated_at FROM caspen.credit_note d
   WHERE d.workspace_id = w.workspace_id AND d.updated_at > w.since
   ORDER BY d.updated_at DESC LIMIT %(most)s)
  UNION ALL
  (SELECT 'payment', d.id, d.updated_at FROM caspen.payment_allocation d
   WHERE d.workspace_id = w.workspace_id AND d.updated_at > w.since
   ORDER BY d.updated_at DESC LIMIT %(most)s)
) m
ORDER BY w.workspace_id, m.updated_at, m.kind, m.id
