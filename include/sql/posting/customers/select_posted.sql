-- How many posted documents of these clients stand on which customer. One row per kind and customer.
SELECT l.customer_id, d.document_kind AS kind, count(*) AS documents FROM qbo_sync.document d
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
WHERE d.workspace_id = %(workspace_id)s AND d.client_id = ANY(%(client_ids)s)
  AND l.realm_id = %(realm_id)s AND l.removed_at IS NULL
GROUP BY l.customer_id, d.document_kind ORDER BY l.customer_id, d.document_kind
