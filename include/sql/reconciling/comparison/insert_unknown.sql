-- Freeze one document that is in QuickBooks alone.
INSERT INTO qbo_sync.comparison
  (workspace_id, document_kind, document_id, document_number, invoice_id, origin, quickbooks_type, quickbooks_id,
   in_caspen, in_quickbooks, balance_settled, quickbooks_total, quickbooks_customer, quickbooks_date, quickbooks_number)
VALUES
  (%(workspace_id)s, %(document_kind)s, %(document_id)s, %(document_number)s, %(invoice_id)s, 'caspen',
   %(quickbooks_type)s, %(quickbooks_id)s,
   false, true, true, %(total)s, %(customer_id)s, %(txn_date)s, %(doc_number)s)
