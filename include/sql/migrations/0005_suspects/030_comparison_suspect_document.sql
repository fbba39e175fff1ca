-- The few rows that are looked up one by one: the condition is that of the view comparison_suspect.
CREATE INDEX comparison_suspect_document ON qbo_sync.comparison (workspace_id, document_kind, document_id)
WHERE NOT in_quickbooks OR NOT in_caspen OR drifted OR changed_fields > 0
   OR caspen_subtotal IS DISTINCT FROM quickbooks_subtotal OR caspen_tax IS DISTINCT FROM quickbooks_tax
   OR caspen_total IS DISTINCT FROM quickbooks_total
   OR (balance_settled AND caspen_balance IS DISTINCT FROM quickbooks_balance)
   OR caspen_customer IS DISTINCT FROM quickbooks_customer OR caspen_date IS DISTINCT FROM quickbooks_date
   OR caspen_number IS DISTINCT FROM quickbooks_number
