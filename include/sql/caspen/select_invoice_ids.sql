-- Ids of invoices by their printed number; a deleted draft's number is free again and is not found.
-- Grain:   one row per invoice found
-- Params:  workspace_id bigint | numbers text[]
-- Columns: number text | id bigint
SELECT number, id FROM caspen.invoice
WHERE workspace_id = %(workspace_id)s AND number = ANY(%(numbers)s::text[]) AND deleted_at IS NULL
ORDER BY number
