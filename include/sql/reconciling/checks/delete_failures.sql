-- Forget which documents failed these expectations; of all but these where it says so.
DELETE FROM qbo_sync.check_failure
WHERE workspace_id = %(workspace_id)s AND (document_kind || ':' || name = ANY(%(names)s)) = %(these)s
