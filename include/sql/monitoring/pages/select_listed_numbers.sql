-- Invoice numbers with something listed under a kind of error, oldest listing first. One row per invoice number.
SELECT i.document_number AS number FROM qbo_sync.unsynced_invoice u
JOIN qbo_sync.document i
  ON i.workspace_id = u.workspace_id AND i.document_kind = 'invoice' AND i.document_id = u.invoice_id
WHERE u.workspace_id = %(workspace_id)s AND u.error_key = %(error_key)s AND u.resolved_at IS NULL
GROUP BY i.document_number ORDER BY min(u.first_seen_at), i.document_number LIMIT %(page_size)s
