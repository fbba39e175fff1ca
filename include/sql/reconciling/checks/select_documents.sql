-- The documents that fail a check of Caspen's own rows, by what was staged; or a practice's own expectation, by what was
-- kept of the last run. One row per document.
SELECT d.document_kind AS kind, d.document_id AS id, d.document_number AS number, d.invoice_id
FROM qbo_sync.document d
WHERE d.workspace_id = %(workspace_id)s
  AND CASE WHEN %(suite)s = 'practice' THEN EXISTS (
        SELECT 1 FROM qbo_sync.check_failure f
        WHERE f.workspace_id = d.workspace_id AND f.document_kind = d.document_kind AND f.document_id = d.document_id
          AND f.document_kind = %(document_kind)s AND f.name = %(name)s)
      ELSE d.unsound @> jsonb_build_array(jsonb_build_object('check', %(name)s::text)) END
ORDER BY d.document_kind, d.document_number, d.document_id LIMIT %(page_size)s
