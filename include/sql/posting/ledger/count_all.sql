-- The ledger of a workspace: every finalised document is in exactly one column, or the run that counts it fails.
-- Each column has its own condition, so that a document in none or in two shows up as a sum that does not add up.
-- One row per document kind.
-- Columns: historical: excluded, or listed once a payment was applied to them | stale: posted, now a draft
SELECT d.document_kind,
       count(*) FILTER (WHERE d.finalised) AS finalised,
       count(*) FILTER (WHERE d.finalised AND u.document_id IS NULL AND d.excluded_reason IS NULL
                          AND l.document_id IS NOT NULL AND l.removed_at IS NULL
                          AND d.version = d.synced_version) AS synced,
       count(*) FILTER (WHERE d.finalised AND u.document_id IS NULL AND d.excluded_reason IS NULL
                          AND d.wanted = 'present' AND d.version IS DISTINCT FROM d.synced_version) AS waiting,
       count(*) FILTER (WHERE d.finalised AND u.document_id IS NOT NULL) AS listed,
       count(*) FILTER (WHERE d.finalised AND u.document_id IS NULL AND d.excluded_reason IS NOT NULL) AS excluded,
       count(*) FILTER (WHERE d.finalised AND d.excluded_reason = 'historical') AS historical,
       count(*) FILTER (WHERE NOT d.finalised AND d.wanted = 'as_is' AND d.excluded_reason IS NULL
                          AND l.document_id IS NOT NULL AND l.removed_at IS NULL) AS stale
FROM qbo_sync.document d
LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
LEFT JOIN (
  SELECT DISTINCT workspace_id, document_kind, document_id
  FROM qbo_sync.unsynced_invoice WHERE workspace_id = %(workspace_id)s AND resolved_at IS NULL
) u USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s
GROUP BY d.document_kind ORDER BY d.document_kind
