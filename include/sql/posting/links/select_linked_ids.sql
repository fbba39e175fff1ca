-- Which of these documents QuickBooks holds.
SELECT document_id FROM qbo_sync.document_link
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = ANY(%(ids)s)
  AND removed_at IS NULL
