-- Customers that are active again: those named, and where everything was read, those not found.
DELETE FROM qbo_sync.inactive_customer
WHERE realm_id = %(realm_id)s
  AND (customer_id = ANY(%(customer_ids)s) OR seen_at < %(unseen_since)s::timestamptz)
