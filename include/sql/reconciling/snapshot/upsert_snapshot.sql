-- Store one QuickBooks transaction as just read.
INSERT INTO qbo_sync.snapshot
  (realm_id, quickbooks_type, quickbooks_id, sync_token, doc_number, customer_id, txn_date, due_date, subtotal, tax,
   total, balance, facts, gone, changed_at, seen_at, foreign_currency, home_total, home_tax, home_balance)
VALUES
  (%(realm_id)s, %(quickbooks_type)s, %(quickbooks_id)s, %(sync_token)s, %(doc_number)s, %(customer_id)s, %(txn_date)s,
   %(due_date)s, %(subtotal)s, %(tax)s, %(total)s, %(balance)s, %(facts)s, %(gone)s, %(changed_at)s, %(seen_at)s,
   %(foreign_currency)s, %(home_total)s, %(home_tax)s, %(home_balance)s)
ON CONFLICT (realm_id, quickbooks_type, quickbooks_id) DO UPDATE
SET sync_token = excluded.sync_token, doc_number = excluded.doc_number, customer_id = excluded.customer_id,
    txn_date = excluded.txn_date, due_date = excluded.due_date, subtotal = excluded.subtotal, tax = excluded.tax,
    total = excluded.total, balance = excluded.balance, facts = excluded.facts, gone = excluded.gone,
    changed_at = excluded.changed_at, seen_at = excluded.seen_at, foreign_currency = excluded.foreign_currency,
    home_total = excluded.home_total, home_tax = excluded.home_tax, home_balance = excluded.home_balance
