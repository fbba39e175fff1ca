-- Some of the history of documents older than is kept.
DELETE FROM qbo_sync.document_event
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.document_event
  WHERE at < now() - make_interval(days => %(days)s)
    AND (%(workspace_id)s::bigint IS NULL OR workspace_id = %(workspace_id)s)
  LIMIT %(batch)s
))
