INSERT INTO qbo_sync.tax_link (workspace_id, tax_rate_id, tax_code_id, tax_code_name, rate, linked_by)
VALUES (%(workspace_id)s, %(tax_rate_id)s, %(tax_code_id)s, %(tax_code_name)s, %(rate)s, %(who)s)
ON CONFLICT (workspace_id, tax_rate_id) DO UPDATE
SET tax_code_id = excluded.tax_code_id, tax_code_name = excluded.tax_code_name, rate = excluded.rate,
    linked_by = excluded.linked_by, linked_at = now()
