-- Store one QuickBooks transaction as it was posted, unless it has been read.
INSERT INTO qbo_sync.snapshot
  (realm_id, quickbooks_type, quickbooks_id, sync_token, doc_number, customer_id, txn_date, due_date, subtotal, tax,
   total, balance, facts, gone, changed_at, seen_at)
VALUES
  (%(realm_id)s, %(quickbooks_type)s, %(quickbooks_id)s, %(sync_token)s, %(doc_number)s, %(customer_id)s, %(txn_date)s,
   %(due_date)s, %(subtotal)s, %(tax)s, %(total)s, %(balance)s, %(facts)s, %(gone)s, %(changed_at)s, %(seen_at)s)
ON CONFLICT (realm_id, quickbooks_type, quickbooks_id) DO NOTHING
