-- What is due on some invoices, locked until the transaction ends: staff may be recording a payment on one right now.
-- In id order, so that two writers never wait for each other in a ring. No key changes: rows that refer to an invoice can
-- be added in the meantime, and a change of its balance waits.
-- Grain:   one row per invoice
-- Params:  workspace_id bigint | ids bigint[]
-- Columns: id bigint | client_id bigint | status text | balance numeric(12,2)
SELECT id, client_id, status, balance
FROM caspen.invoice WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s::bigint[])
ORDER BY id FOR NO KEY UPDATE
