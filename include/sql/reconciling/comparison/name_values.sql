-- Put the names before the QuickBooks ids that differ, where they are known: "GST [5]".
WITH named AS (
  SELECT CASE k.name WHEN 'TaxCode' THEN 'tax code' WHEN 'Item' THEN 'item' ELSE 'account' END AS what,
         e ->> 'Id' AS id, e ->> 'Name' AS name
  FROM qbo_sync.reference_cache k
  CROSS JOIN LATERAL jsonb_array_elements(k.payload) e
  WHERE k.realm_id = %(realm_id)s AND k.name IN ('TaxCode', 'Item', 'Account')
  UNION ALL
  SELECT 'customer', u.id, u.name FROM unnest(%(customer_ids)s::text[], %(customer_names)s::text[]) u(id, name)
),
found AS (
  SELECT r.id, ours.name AS ours, theirs.name AS theirs FROM qbo_sync.reconciliation_difference r
  CROSS JOIN LATERAL (SELECT regexp_replace(r.field, '^line \d+ ', '') AS what) f
  LEFT JOIN named ours ON ours.what = f.what AND ours.id = r.caspen_value
  LEFT JOIN named theirs ON theirs.what = f.what AND theirs.id = r.quickbooks_value
  WHERE r.run_id = %(run_id)s AND r.workspace_id = %(workspace_id)s
    AND f.what IN ('customer', 'tax code', 'item', 'account')
)
UPDATE qbo_sync.reconciliation_difference r
SET caspen_value = coalesce(f.ours || ' [' || r.caspen_value || ']', r.caspen_value),
    quickbooks_value = coalesce(f.theirs || ' [' || r.quickbooks_value || ']', r.quickbooks_value)
FROM found f WHERE r.id = f.id
