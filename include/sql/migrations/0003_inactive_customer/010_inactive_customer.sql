-- Customers that are inactive in QuickBooks, as last read; of anybody's, not only ours.
CREATE TABLE qbo_sync.inactive_customer (
  realm_id     text        NOT NULL,
  customer_id  text        NOT NULL,
  seen_at      timestamptz NOT NULL,
  PRIMARY KEY (realm_id, customer_id)
)
