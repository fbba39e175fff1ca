-- Frozen invoices whose customer is inactive in QuickBooks: those with something open on either side, and those dated
-- or posted recently. An older invoice that is paid is left alone: customers are made inactive in the normal course of things.
-- Runs after the edits are marked. Counted by the check of edited fields like one of them.
UPDATE qbo_sync.comparison c
SET changed = coalesce(c.changed, '[]') || jsonb_build_array(jsonb_build_object(
      'field', %(field)s::text, 'caspen_value', 'active', 'quickbooks_value', 'inactive', 'delta', NULL)),
    changed_fields = c.changed_fields + 1
FROM qbo_sync.inactive_customer k, qbo_sync.document_link l
WHERE c.workspace_id = %(workspace_id)s AND c.document_kind = 'invoice' AND c.in_caspen AND c.in_quickbooks
  AND k.realm_id = %(realm_id)s AND k.customer_id = c.quickbooks_customer
  AND l.workspace_id = c.workspace_id AND l.document_kind = c.document_kind AND l.document_id = c.document_id
  AND (c.caspen_balance <> 0 OR c.quickbooks_balance <> 0 OR c.caspen_date >= %(recent_since)s
       OR l.posted_at >= %(recent_since)s)
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.acceptance a
                  WHERE a.workspace_id = c.workspace_id AND a.document_kind = c.document_kind
                    AND a.document_id = c.document_id AND a.inactive_customer = k.customer_id)
