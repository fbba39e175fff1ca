-- A payment imported from QuickBooks. No row comes back when it is there already (source_ref) or its number is taken.
-- Grain:   one row inserted, or none
-- Params:  workspace_id bigint | number text | client_id bigint | payment_date date | amount numeric(12,2), what its
--          allocations sum to | source_ref text
-- Columns: id bigint
INSERT INTO caspen.payment (workspace_id, number, client_id, method, payment_date, amount, source, source_ref)
VALUES (
  %(workspace_id)s, %(number)s, %(client_id)s, 'QuickBooks', %(payment_date)s, %(amount)s, 'quickbooks', %(source_ref)s
)
ON CONFLICT DO NOTHING RETURNING id
