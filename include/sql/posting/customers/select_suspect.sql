-- Of these customers, those that were inactive when last read, or for which QuickBooks refused something since.
SELECT c.customer_id FROM unnest(%(customer_ids)s::text[]) c(customer_id)
WHERE EXISTS (SELECT 1 FROM qbo_sync.inactive_customer k
              WHERE k.realm_id = %(realm_id)s AND k.customer_id = c.customer_id)
   OR EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
              WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.blocks
                AND u.error_key = 'inactive_reference' AND u.cause_ref = 'customer:' || c.customer_id)
ORDER BY c.customer_id
