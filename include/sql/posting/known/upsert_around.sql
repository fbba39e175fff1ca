-- All changes of invoices, credit memos and customers were read up to then.
-- Params:  all_customers: all customers were read too
INSERT INTO qbo_sync.import_rhythm AS r (workspace_id, realm_id, around_at, customers_at)
VALUES (%(workspace_id)s, %(realm_id)s, %(read_at)s, CASE WHEN %(all_customers)s THEN %(read_at)s::timestamptz END)
ON CONFLICT (workspace_id) DO UPDATE
SET around_at = excluded.around_at, customers_at = coalesce(excluded.customers_at, r.customers_at)
