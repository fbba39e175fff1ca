-- Which tax code each Caspen tax rate is linked to. One TaxLink per linked rate.
SELECT tax_rate_id, tax_code_id, tax_code_name, rate, linked_at, linked_by
FROM qbo_sync.tax_link WHERE workspace_id = %(workspace_id)s
ORDER BY tax_rate_id
