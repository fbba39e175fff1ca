-- A merge moved a document of ours to another customer: from now on it is known to stand there, which is no edit.
WITH accepted AS (
  UPDATE qbo_sync.acceptance SET facts = jsonb_set(facts, '{customer_id}', to_jsonb(%(to_customer)s::text))
  WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
    AND facts ->> 'customer_id' = %(from_customer)s
), released AS (
  UPDATE qbo_sync.document d SET released_at = now()
  WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = %(document_kind)s AND d.document_id = %(document_id)s
    AND EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
                WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                  AND u.document_id = d.document_id AND u.resolved_at IS NULL AND u.blocks
                  AND u.error_key IN ('changed_in_quickbooks', 'inactive_reference'))
)
UPDATE qbo_sync.document_link
SET customer_id = %(to_customer)s,
    as_posted = jsonb_set(as_posted, '{customer_id}', to_jsonb(%(to_customer)s::text))
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
  AND customer_id = %(from_customer)s
