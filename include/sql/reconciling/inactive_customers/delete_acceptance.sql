-- Delete what was accepted while the customer was inactive: it is active again, so the next time is a new question.
UPDATE qbo_sync.acceptance a SET inactive_customer = NULL
WHERE a.workspace_id = %(workspace_id)s AND a.inactive_customer IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.inactive_customer k
                  WHERE k.realm_id = %(realm_id)s AND k.customer_id = a.inactive_customer)
