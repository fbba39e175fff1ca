-- Allocations that an import took back. One row per allocation.
SELECT DISTINCT e.document_id FROM qbo_sync.document_event e
WHERE e.workspace_id = %(workspace_id)s AND e.document_kind = 'payment' AND e.document_id = ANY(%(ids)s)
  AND e.what = %(what)s AND e.who = 'sync'
