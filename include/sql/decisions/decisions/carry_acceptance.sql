-- A later version of an accepted document was sent, and what was accepted of it stands: it is accepted with that version.
UPDATE qbo_sync.acceptance a SET facts = %(facts)s, posted = %(facts)s, version = %(version)s, caspen_balance = d.balance
FROM qbo_sync.document d
WHERE a.workspace_id = %(workspace_id)s AND a.document_kind = %(document_kind)s AND a.document_id = %(document_id)s
  AND (d.workspace_id, d.document_kind, d.document_id) = (a.workspace_id, a.document_kind, a.document_id)
