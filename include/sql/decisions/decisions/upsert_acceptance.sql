-- A person accepts what QuickBooks shows for one document.
INSERT INTO qbo_sync.acceptance
  (workspace_id, document_kind, document_id, facts, version, accepted_by, added, caspen_balance,
   client_id, posted)
SELECT %(workspace_id)s, %(document_kind)s, %(document_id)s, %(facts)s, %(version)s, %(who)s, %(added)s,
       d.balance, d.client_id, %(posted)s::jsonb
FROM (SELECT 1) one
LEFT JOIN qbo_sync.document d
  ON d.workspace_id = %(workspace_id)s AND d.document_kind = %(document_kind)s AND d.document_id = %(document_id)s
ON CONFLICT (workspace_id, document_kind, document_id) DO UPDATE
SET facts = excluded.facts, version = excluded.version, accepted_at = now(), accepted_by = excluded.accepted_by,
    added = excluded.added, posted = excluded.posted, caspen_balance = excluded.caspen_balance, client_id = excluded.client_id, inactive_customer = NULL
