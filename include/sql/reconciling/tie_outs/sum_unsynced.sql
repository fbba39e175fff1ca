-- Finalised invoices that the comparison leaves out because they wait or are listed; those in another currency apart.
-- Columns: amount: still due on them in Caspen | foreign_documents: in another currency
SELECT count(*) FILTER (WHERE NOT f.found) AS documents,
       coalesce(sum(d.balance) FILTER (WHERE NOT f.found), 0) AS amount,
       count(*) FILTER (WHERE f.found) AS foreign_documents
FROM qbo_sync.document d
CROSS JOIN LATERAL (
  SELECT EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
                 WHERE u.workspace_id = d.workspace_id AND u.document_kind = d.document_kind
                   AND u.document_id = d.document_id AND u.resolved_at IS NULL
                   AND u.error_key = 'currency_mismatch') AS found
) f
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = 'invoice' AND d.finalised AND d.excluded_reason IS NULL
  AND NOT (d.wanted = 'present' AND d.version IS NOT DISTINCT FROM d.synced_version)
