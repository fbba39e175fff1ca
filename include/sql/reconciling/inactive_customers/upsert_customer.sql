-- A customer is inactive in QuickBooks.
INSERT INTO qbo_sync.inactive_customer (realm_id, customer_id, seen_at)
VALUES (%(realm_id)s, %(customer_id)s, %(seen_at)s)
ON CONFLICT (realm_id, customer_id) DO UPDATE
SET seen_at = excluded.seen_at
