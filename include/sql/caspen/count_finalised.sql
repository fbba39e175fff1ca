-- Finalised invoices of a workspace, and how many of them are older than the connection to QuickBooks.
-- Reads every invoice of the workspace.
-- Grain:   one row
-- Params:  workspace_id bigint | line_at timestamptz, when QuickBooks was first connected
-- Columns: finalised bigint | historical bigint, created and last finalised before line_at
SELECT
  count(*)                                                                     AS finalised,
  count(*) FILTER (WHERE created_at < %(line_at)s AND finalised_at < %(line_at)s) AS historical
FROM caspen.invoice
WHERE workspace_id = %(workspace_id)s AND status IN ('open', 'paid') AND deleted_at IS NULL
