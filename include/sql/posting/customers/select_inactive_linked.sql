-- The customers that clients are linked to and that were inactive when last read, or are among the absent ones.
SELECT DISTINCT l.customer_id FROM qbo_sync.customer_link l
LEFT JOIN qbo_sync.inactive_customer k ON k.realm_id = l.realm_id AND k.customer_id = l.customer_id
WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s
  AND (k.customer_id IS NOT NULL OR l.customer_id = ANY(%(absent)s))
ORDER BY l.customer_id
