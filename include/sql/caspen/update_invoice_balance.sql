-- Move an invoice's balance, and its status with it: nothing due is paid, something due is open.
-- The row is locked before; a balance that would fall below zero touches nothing.
-- Grain:   touches one row, or none
-- Params:  workspace_id bigint | invoice_id bigint | delta numeric, added to the balance: below zero for money received
UPDATE caspen.invoice
SET
  balance = balance + %(delta)s::numeric,
  status = CASE
    WHEN status NOT IN ('open', 'paid') THEN status
    WHEN balance + %(delta)s::numeric = 0 THEN 'paid'
    ELSE 'open'
  END
WHERE id = %(invoice_id)s AND workspace_id = %(workspace_id)s AND balance + %(delta)s::numeric >= 0
