-- Customers that are on one side of a frozen document and not on the other.
SELECT DISTINCT v.customer_id FROM qbo_sync.comparison_suspect c
CROSS JOIN LATERAL (VALUES (c.caspen_customer), (c.quickbooks_customer)) v(customer_id)
WHERE c.workspace_id = %(workspace_id)s AND c.in_caspen AND c.in_quickbooks
  AND c.caspen_customer IS DISTINCT FROM c.quickbooks_customer AND v.customer_id <> ''
ORDER BY v.customer_id
