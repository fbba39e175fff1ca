-- A page of finalised invoices that are not historical, of those that changed before a time, in the order in which they
-- changed. None of them changed before the connection was made: the index (workspace_id, updated_at, id) is read from there.
-- Grain:   one row per invoice
-- Params:  workspace_id bigint | line_at timestamptz, when QuickBooks was first connected | until timestamptz, exclusive
--          | after_at timestamptz, after_id bigint, where the page before ended | page_size bigint
-- Columns: id bigint | updated_at timestamptz
SELECT id, updated_at
FROM caspen.invoice
WHERE workspace_id = %(workspace_id)s AND updated_at < %(until)s
  AND (updated_at, id) > (%(after_at)s::timestamptz, %(after_id)s::bigint)
  AND status IN ('open', 'paid') AND deleted_at IS NULL
  AND (created_at >= %(line_at)s OR finalised_at >= %(line_at)s)
ORDER BY updated_at, id
LIMIT %(page_size)s
