-- Whether a document has an open row of one key.
-- Params:  workspace_id bigint, document_kind text, document_id bigint, error_key text
SELECT EXISTS (
  SELECT 1 FROM qbo_sync.unsynced_invoice
  WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
    AND error_key = %(error_key)s AND resolved_at IS NULL
) AS found
