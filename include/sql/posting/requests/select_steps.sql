-- Which steps were taken for which versions of these documents; without superseded, dropped and refused ones.
SELECT DISTINCT document_id, step, version FROM qbo_sync.request
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = ANY(%(ids)s)
  AND state IN ('prepared', 'done')
