-- What a person accepted of some documents. One row per document that was accepted.
SELECT document_id, facts, version, client_id, added, posted FROM qbo_sync.acceptance
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = ANY(%(ids)s)
