-- Caspen's version has to be sent again, whatever was sent or listed before.
-- Params:  workspace_id bigint, document_kind text, document_id bigint
UPDATE qbo_sync.document
SET synced_version = NULL, released_at = now()
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
