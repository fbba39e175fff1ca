-- A client is no longer this QuickBooks customer.
DELETE FROM qbo_sync.customer_link
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND client_id = %(client_id)s
  AND customer_id = %(customer_id)s
