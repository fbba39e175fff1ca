-- Of these numbers: those that were free when asked, and of all changes since read within so long.
SELECT f.number FROM qbo_sync.free_number f
JOIN qbo_sync.import_rhythm r ON r.workspace_id = f.workspace_id AND r.realm_id = f.realm_id
WHERE f.workspace_id = %(workspace_id)s AND f.realm_id = %(realm_id)s AND f.quickbooks_type = %(quickbooks_type)s
  AND f.number = ANY(%(numbers)s)
  AND r.around_at >= f.asked_at AND r.around_at >= now() - make_interval(secs => %(seconds)s)
