-- Whether this step was already taken for this version of a document.
-- Params:  workspace_id bigint, document_kind text, document_id bigint, step text, version text
SELECT EXISTS (
  SELECT 1 FROM qbo_sync.request
  WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
    AND step = %(step)s AND version = %(version)s AND state IN ('prepared', 'done', 'refused')
) AS found
