-- Frozen documents whose sides differ or that may have been edited, found by an index of their own. What looks at
-- differing documents reads and writes this; the checks read everything.
CREATE VIEW qbo_sync.comparison_suspect AS
SELECT * FROM qbo_sync.comparison
WHERE NOT in_quickbooks OR NOT in_caspen OR drifted OR changed_fields > 0
   OR caspen_subtotal IS DISTINCT FROM quickbooks_subtotal OR caspen_tax IS DISTINCT FROM quickbooks_tax
   OR caspen_total IS DISTINCT FROM quickbooks_total
   OR (balance_settled AND caspen_balance IS DISTINCT FROM quickbooks_balance)
   OR caspen_customer IS DISTINCT FROM quickbooks_customer OR caspen_date IS DISTINCT FROM quickbooks_date
   OR caspen_number IS DISTINCT FROM quickbooks_number
