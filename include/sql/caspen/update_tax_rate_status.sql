-- What Settings > Taxes shows for one tax rate. An equal one is left alone.
-- Grain:   touches at most one row
-- Params:  workspace_id bigint | tax_rate_id bigint | status text
UPDATE caspen.tax_rate SET quickbooks_status = %(status)s
WHERE id = %(tax_rate_id)s AND workspace_id = %(workspace_id)s
  AND quickbooks_status IS DISTINCT FROM %(status)s
