SELECT document_kind, count(*) AS documents
FROM qbo_sync.comparison WHERE workspace_id = %(workspace_id)s
GROUP BY document_kind ORDER BY document_kind
