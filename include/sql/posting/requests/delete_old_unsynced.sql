-- Delete cleared rows of the list older than is kept. Open ones stay, however old.
DELETE FROM qbo_sync.unsynced_invoice
WHERE workspace_id = %(workspace_id)s AND resolved_at < now() - make_interval(days => %(keep_days)s)
