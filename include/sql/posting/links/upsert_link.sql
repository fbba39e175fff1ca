-- Record which QuickBooks transaction a document is, and QuickBooks' figures.
INSERT INTO qbo_sync.document_link
  (workspace_id, realm_id, document_kind, document_id, quickbooks_type, quickbooks_id, doc_number, origin, customer_id,
   sync_token, caspen_subtotal, caspen_tax, caspen_total, quickbooks_subtotal, quickbooks_tax, quickbooks_total,
   as_posted, made_at, verified_at)
VALUES
  (%(workspace_id)s, %(realm_id)s, %(document_kind)s, %(document_id)s, %(quickbooks_type)s, %(quickbooks_id)s,
   %(doc_number)s, %(origin)s, %(customer_id)s, %(sync_token)s, %(caspen_subtotal)s, %(caspen_tax)s, %(caspen_total)s,
   %(quickbooks_subtotal)s, %(quickbooks_tax)s, %(quickbooks_total)s, %(as_posted)s,
   (SELECT made_at FROM qbo_sync.document
    WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s),
   now())
ON CONFLICT (workspace_id, document_kind, document_id) DO UPDATE
SET realm_id = excluded.realm_id, quickbooks_type = excluded.quickbooks_type,
    quickbooks_id = excluded.quickbooks_id, doc_number = excluded.doc_number, origin = excluded.origin,
    customer_id = excluded.customer_id, sync_token = excluded.sync_token,
    caspen_subtotal = excluded.caspen_subtotal, caspen_tax = excluded.caspen_tax,
    caspen_total = excluded.caspen_total, quickbooks_subtotal = excluded.quickbooks_subtotal,
    quickbooks_tax = excluded.quickbooks_tax, quickbooks_total = excluded.quickbooks_total,
    as_posted = excluded.as_posted, removed_at = NULL, verified_at = now(), resent_version = NULL,
    resent_posted = false, made_at = excluded.made_at, set_back = false
