-- Who read what of a practice, newest first.
SELECT at, who, what, downloaded FROM qbo_sync.read_record
WHERE workspace_id = %(workspace_id)s AND (NOT %(downloads)s OR downloaded)
  AND (%(who)s::text IS NULL OR who = %(who)s)
ORDER BY id DESC
LIMIT %(limit)s
