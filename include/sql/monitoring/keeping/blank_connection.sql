-- The company's name; its id and the dates of the connection stay.
UPDATE qbo_sync.connection SET company_name = NULL WHERE workspace_id = %(workspace_id)s AND company_name IS NOT NULL
