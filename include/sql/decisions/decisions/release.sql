-- Caspen's version has to be sent again, whatever was accepted, sent or listed before. What was sent no longer says so.
WITH accepted AS (
  DELETE FROM qbo_sync.acceptance
  WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
), sent AS (
  UPDATE qbo_sync.request SET version = version || ' (superseded)'
  WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
    AND state <> 'prepared' AND version NOT LIKE '%%(superseded)'
), wanted AS (
  UPDATE qbo_sync.document_link l SET resent_version = d.version, resent_posted = EXISTS (
    SELECT 1 FROM qbo_sync.request r
    WHERE r.workspace_id = d.workspace_id AND r.document_kind = d.document_kind AND r.document_id = d.document_id
      AND r.step IN ('post', 'correct') AND r.state = 'done'
      AND r.version IN (d.version, d.version || ' (superseded)')
  )
  FROM qbo_sync.document d
  WHERE (d.workspace_id, d.document_kind, d.document_id) = (l.workspace_id, l.document_kind, l.document_id)
    AND l.workspace_id = %(workspace_id)s AND l.document_kind = %(document_kind)s AND l.document_id = %(document_id)s
    AND l.removed_at IS NULL
)
UPDATE qbo_sync.document SET synced_version = NULL, released_at = now()
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
