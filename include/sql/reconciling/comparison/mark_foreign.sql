-- Frozen documents that the two sides have in two currencies, with QuickBooks' figures in the home currency. Of an imported
-- payment the figure is its share of the invoice. Runs after the edits are marked; counted by the check of edited fields.
UPDATE qbo_sync.comparison c
SET changed = CASE WHEN c.caspen_currency = c.quickbooks_currency THEN c.changed
                   ELSE coalesce(c.changed, '[]') || jsonb_build_array(jsonb_build_object(
                          'field', 'currency', 'caspen_value', c.caspen_currency,
                          'quickbooks_value', c.quickbooks_currency, 'delta', NULL)) END,
    changed_fields = c.changed_fields + CASE WHEN c.caspen_currency = c.quickbooks_currency THEN 0 ELSE 1 END,
    home_total = CASE WHEN s.foreign_currency IS NULL THEN NULL
                      WHEN c.origin = 'quickbooks'
                      THEN round(c.quickbooks_total * coalesce((s.facts ->> 'exchange_rate')::numeric, 0), 2)
                      ELSE s.home_total END,
    home_balance = CASE WHEN s.foreign_currency IS NULL THEN NULL
                        WHEN c.origin = 'quickbooks' THEN 0
                        ELSE s.home_balance END
FROM qbo_sync.snapshot s
WHERE c.workspace_id = %(workspace_id)s AND c.caspen_currency IS NOT NULL AND c.in_caspen AND c.in_quickbooks
  AND s.realm_id = %(realm_id)s AND s.quickbooks_type = c.quickbooks_type AND s.quickbooks_id = c.quickbooks_id
