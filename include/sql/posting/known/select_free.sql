-- Of these numbers: those that were free when asked, and by all changes since, within so long.
-- Params:  heard: webhooks work, and reported no other document since; else all changes were read after it was asked
SELECT f.number FROM qbo_sync.free_number f
JOIN qbo_sync.import_rhythm r ON r.workspace_id = f.workspace_id AND r.realm_id = f.realm_id
WHERE f.workspace_id = %(workspace_id)s AND f.realm_id = %(realm_id)s AND f.quickbooks_type = %(quickbooks_type)s
  AND f.number = ANY(%(numbers)s)
  AND (%(heard)s OR r.around_at >= f.asked_at)
  AND greatest(f.asked_at, r.around_at) >= now() - make_interval(secs => %(seconds)s)
