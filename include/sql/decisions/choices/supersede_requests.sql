-- Requests sent for this version no longer count as sent: a person wants it sent again.
-- Params:  workspace_id bigint, document_kind text, document_id bigint
UPDATE qbo_sync.request
SET version = version || ' (superseded)'
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
  AND state <> 'prepared' AND version NOT LIKE '%%(superseded)'
