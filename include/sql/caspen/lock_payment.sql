-- An imported payment's amount, the row locked until the transaction ends: nobody can allocate it in the meantime, which
-- a weaker lock would let through.
-- Grain:   one row
-- Params:  payment_id bigint
-- Columns: amount numeric(12,2)
SELECT amount FROM caspen.payment WHERE id = %(payment_id)s
FOR UPDATE
