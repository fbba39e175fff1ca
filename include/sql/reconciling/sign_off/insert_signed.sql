-- Record the figures of every document in the signed periods that no earlier sign-off holds, as they were frozen.
INSERT INTO qbo_sync.signed_document
  (sign_off_id, workspace_id, realm_id, document_kind, document_id, document_number,
   caspen_total, caspen_tax, caspen_date, quickbooks_total, quickbooks_tax, quickbooks_date)
SELECT %(sign_off_id)s, workspace_id, realm_id, document_kind, document_id, document_number,
       caspen_total, caspen_tax, caspen_date, quickbooks_total, quickbooks_tax, quickbooks_date
FROM qbo_sync.signed_apart WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s
