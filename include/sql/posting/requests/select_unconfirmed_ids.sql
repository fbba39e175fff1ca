-- Which of these have a request whose answer is not known.
SELECT DISTINCT document_id FROM qbo_sync.request
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = ANY(%(ids)s)
  AND state = 'prepared'
