-- Caspen's version has to be sent again, whatever was accepted, sent or listed before. What was sent no longer says so.
WITH accepted AS (
  DELETE FROM qbo_sync.acceptance
  WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
), sent AS (
  UPDATE qbo_sync.request SET version = version || ' (superseded)'
  WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
    AND state <> 'prepared' AND version NOT LIKE '%%(superseded)'
)
UPDATE qbo_sync.document SET synced_version = NULL, released_at = now()
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
