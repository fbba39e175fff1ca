-- So much of one imported payment pays these invoices.
-- Grain:   one row inserted per invoice
-- Params:  workspace_id bigint | payment_id bigint | invoice_ids bigint[] | amounts numeric[], above zero; the lists
--          run side by side
-- Columns: id bigint | invoice_id bigint | amount numeric(12,2)
INSERT INTO caspen.payment_allocation (workspace_id, payment_id, invoice_id, amount)
SELECT %(workspace_id)s, %(payment_id)s, share.invoice_id, share.amount
FROM unnest(%(invoice_ids)s::bigint[], %(amounts)s::numeric[]) AS share (invoice_id, amount)
RETURNING id, invoice_id, amount
