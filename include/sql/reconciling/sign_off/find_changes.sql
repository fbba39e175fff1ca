-- Compare what was signed with the present figures. What was found before with the same figures keeps when it was seen
-- and notified; what is again as signed is deleted.
WITH found AS MATERIALIZED (
  SELECT * FROM qbo_sync.signed_apart WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s
),
gone AS (
  DELETE FROM qbo_sync.signed_change c
  WHERE c.workspace_id = %(workspace_id)s AND c.realm_id = %(realm_id)s
    AND NOT EXISTS (SELECT 1 FROM found f WHERE f.document_kind = c.document_kind AND f.document_id = c.document_id)
)
INSERT INTO qbo_sync.signed_change AS c
  (workspace_id, realm_id, document_kind, document_id, document_number, sign_off_id,
   signed_caspen_total, signed_caspen_tax, signed_caspen_date,
   signed_quickbooks_total, signed_quickbooks_tax, signed_quickbooks_date,
   caspen_total, caspen_tax, caspen_date, quickbooks_total, quickbooks_tax, quickbooks_date)
SELECT workspace_id, realm_id, document_kind, document_id, document_number, sign_off_id,
       signed_caspen_total, signed_caspen_tax, signed_caspen_date,
       signed_quickbooks_total, signed_quickbooks_tax, signed_quickbooks_date,
       caspen_total, caspen_tax, caspen_date, quickbooks_total, quickbooks_tax, quickbooks_date
FROM found
ON CONFLICT (workspace_id, realm_id, document_kind, document_id) DO UPDATE
SET document_number = excluded.document_number, sign_off_id = excluded.sign_off_id,
    caspen_total = excluded.caspen_total, caspen_tax = excluded.caspen_tax, caspen_date = excluded.caspen_date,
    quickbooks_total = excluded.quickbooks_total, quickbooks_tax = excluded.quickbooks_tax,
    quickbooks_date = excluded.quickbooks_date, first_seen_at = now(), told_at = NULL
WHERE (c.caspen_total, c.caspen_tax, c.caspen_date, c.quickbooks_total, c.quickbooks_tax, c.quickbooks_date)
      IS DISTINCT FROM
      (excluded.caspen_total, excluded.caspen_tax, excluded.caspen_date, excluded.quickbooks_total,
       excluded.quickbooks_tax, excluded.quickbooks_date)
