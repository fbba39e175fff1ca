-- Frozen documents that the two sides have in two currencies, with QuickBooks' figures in the home currency. Of an imported
-- payment the figure is its share of the invoice. Runs after the edits are marked; counted by the check of edited fields.
-- Params:  home: the company's currency; a document staged before currencies were kept is in that one
WITH linked AS MATERIALIZED (
  SELECT l.document_kind, l.document_id, l.realm_id, l.quickbooks_type, l.quickbooks_id FROM qbo_sync.snapshot s
  JOIN qbo_sync.document_link l USING (realm_id, quickbooks_type, quickbooks_id)
  WHERE s.realm_id = %(realm_id)s AND s.foreign_currency IS NOT NULL AND l.workspace_id = %(workspace_id)s
  UNION
  SELECT l.document_kind, l.document_id, l.realm_id, l.quickbooks_type, l.quickbooks_id FROM qbo_sync.document d
  JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  WHERE d.workspace_id = %(workspace_id)s AND d.currency <> %(home)s AND l.realm_id = %(realm_id)s
),
found AS (
  SELECT k.document_kind, k.document_id, s.foreign_currency, s.home_total, s.home_balance,
         (s.facts ->> 'exchange_rate')::numeric AS rate, coalesce(d.currency, %(home)s::text) AS ours,
         coalesce(s.foreign_currency, %(home)s::text) AS theirs
  FROM linked k
  JOIN qbo_sync.snapshot s USING (realm_id, quickbooks_type, quickbooks_id)
  JOIN qbo_sync.document d
    ON d.workspace_id = %(workspace_id)s AND d.document_kind = k.document_kind AND d.document_id = k.document_id
)
UPDATE qbo_sync.comparison c
SET changed = CASE WHEN f.ours = f.theirs THEN c.changed
                   ELSE coalesce(c.changed, '[]') || jsonb_build_array(jsonb_build_object(
                          'field', 'currency', 'caspen_value', f.ours, 'quickbooks_value', f.theirs, 'delta', NULL)) END,
    changed_fields = c.changed_fields + CASE WHEN f.ours = f.theirs THEN 0 ELSE 1 END,
    home_total = CASE WHEN f.foreign_currency IS NULL THEN NULL
                      WHEN c.origin = 'quickbooks' THEN round(c.quickbooks_total * coalesce(f.rate, 0), 2)
                      ELSE f.home_total END,
    home_balance = CASE WHEN f.foreign_currency IS NULL THEN NULL
                        WHEN c.origin = 'quickbooks' THEN 0
                        ELSE f.home_balance END
FROM found f
WHERE c.workspace_id = %(workspace_id)s AND c.in_caspen AND c.in_quickbooks
  AND c.document_kind = f.document_kind AND c.document_id = f.document_id
