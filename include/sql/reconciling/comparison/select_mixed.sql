-- Frozen imported payments that use up something next to money, a credit for one. One row per allocation.
SELECT c.document_kind, c.document_id, c.invoice_id, s.facts AS now_facts FROM qbo_sync.comparison c
JOIN qbo_sync.snapshot s
  ON s.realm_id = %(realm_id)s AND s.quickbooks_type = c.quickbooks_type AND s.quickbooks_id = c.quickbooks_id
WHERE c.workspace_id = %(workspace_id)s AND c.origin = 'quickbooks' AND c.in_quickbooks
  AND EXISTS (SELECT 1 FROM jsonb_to_recordset(s.facts -> 'links') AS k(txn_type text) WHERE k.txn_type <> 'Invoice')
  AND (c.document_kind, c.document_id) > (%(after_kind)s, %(after_id)s)
ORDER BY c.document_kind, c.document_id LIMIT %(page_size)s
