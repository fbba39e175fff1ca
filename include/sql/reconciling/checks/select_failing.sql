-- Documents that fail expectations of the practice, with the names of these in order. One row per document.
SELECT f.document_kind, f.document_id, d.document_number, d.invoice_id, array_agg(f.name ORDER BY f.name) AS names
FROM qbo_sync.check_failure f JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
WHERE f.workspace_id = %(workspace_id)s
GROUP BY f.document_kind, f.document_id, d.document_number, d.invoice_id
ORDER BY f.document_kind, f.document_id
