-- How many documents fail each check according to the rows written; must equal what the checks counted.
-- A disagreement stops the run: the two did not read the same rows then. One row per document kind and check.
-- Params:  compared: fields with a check of their own
SELECT r.document_kind,
       CASE WHEN r.field = 'presence' THEN CASE WHEN r.quickbooks_value IS NULL THEN 'in_quickbooks' ELSE 'in_caspen' END
            WHEN r.field = ANY(%(compared)s) THEN r.field
            ELSE 'edited' END AS name,
       count(DISTINCT r.document_id) AS documents
FROM qbo_sync.reconciliation_difference r WHERE r.run_id = %(run_id)s AND r.workspace_id = %(workspace_id)s
GROUP BY 1, 2 ORDER BY 1, 2
