-- Delete the history of documents older than is kept.
DELETE FROM qbo_sync.document_event
WHERE workspace_id = %(workspace_id)s AND at < now() - make_interval(days => %(keep_days)s)
