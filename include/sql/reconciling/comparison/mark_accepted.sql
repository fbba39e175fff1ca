-- Documents that are on both sides exactly as when a person accepted QuickBooks' version.
UPDATE qbo_sync.comparison_suspect c SET accepted = true
FROM qbo_sync.acceptance a
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE a.workspace_id = %(workspace_id)s
  AND c.workspace_id = a.workspace_id AND c.document_kind = a.document_kind AND c.document_id = a.document_id
  AND a.version = d.version AND s.gone IS NULL AND NOT c.drifted
  AND (s.subtotal, s.tax, s.total, s.customer_id, s.txn_date, s.doc_number)
      IS NOT DISTINCT FROM
      ((a.facts ->> 'subtotal')::numeric, (a.facts ->> 'tax')::numeric, (a.facts ->> 'total')::numeric,
       a.facts ->> 'customer_id', (a.facts ->> 'txn_date')::date, a.facts ->> 'doc_number')
