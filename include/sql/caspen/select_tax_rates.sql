-- A workspace's tax rates, archived ones included: an old invoice may still use one.
-- Grain:   one row per tax rate
-- Params:  workspace_id bigint
-- Columns: as caspen_qbo.core.records.TaxRate; rate numeric(7,4) in percent
SELECT id, workspace_id, name, rate, quickbooks_status, archived_at IS NOT NULL AS archived
FROM caspen.tax_rate WHERE workspace_id = %(workspace_id)s
ORDER BY id
