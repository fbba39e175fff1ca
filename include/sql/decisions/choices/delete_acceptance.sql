-- Params:  workspace_id bigint, document_kind text, document_id bigint
DELETE FROM qbo_sync.acceptance
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
