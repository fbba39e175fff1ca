-- What QuickBooks says about the connected company.
-- Params:  null keeps what is known
UPDATE qbo_sync.connection
SET company_name = COALESCE(%(company_name)s, company_name),
    country_code = COALESCE(%(country_code)s, country_code),
    home_currency = COALESCE(%(home_currency)s, home_currency), updated_at = now()
WHERE workspace_id = %(workspace_id)s
