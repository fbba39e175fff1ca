-- What differs from what was signed, by period and number, and how many there are in all.
-- Params:  unnotified: only what nobody was notified of yet
SELECT c.document_kind, c.document_id, c.document_number,
       c.signed_caspen_total, c.signed_caspen_tax, c.signed_caspen_date,
       c.signed_quickbooks_total, c.signed_quickbooks_tax, c.signed_quickbooks_date,
       c.caspen_total, c.caspen_tax, c.caspen_date, c.quickbooks_total, c.quickbooks_tax, c.quickbooks_date,
       c.first_seen_at, o.through, o.signed_at, o.signed_by, count(*) OVER () AS in_all,
       max(c.first_seen_at) OVER () AS last_seen_at
FROM qbo_sync.signed_change c
JOIN qbo_sync.sign_off o ON o.id = c.sign_off_id
WHERE c.workspace_id = %(workspace_id)s AND c.realm_id = %(realm_id)s AND (NOT %(unnotified)s OR c.told_at IS NULL)
ORDER BY o.through, o.id, c.document_kind, c.document_number, c.document_id LIMIT %(most)s
