-- Some cleared rows of the list older than is kept. Open ones stay, however old.
DELETE FROM qbo_sync.unsynced_invoice
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.unsynced_invoice
  WHERE resolved_at < now() - make_interval(days => %(days)s)
    AND (%(workspace_id)s::bigint IS NULL OR workspace_id = %(workspace_id)s)
  LIMIT %(batch)s
))
