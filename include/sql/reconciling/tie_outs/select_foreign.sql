-- What QuickBooks has in another currency of what stands for a document or was imported, as last read.
-- Columns: home_total: in the home currency | in_all: how many there are
SELECT s.quickbooks_type, s.quickbooks_id, s.foreign_currency AS currency, s.total, s.home_total,
       count(*) OVER () AS in_all
FROM qbo_sync.snapshot s
WHERE s.realm_id = %(realm_id)s AND s.foreign_currency IS NOT NULL AND s.gone IS NULL AND s.total <> 0
  AND EXISTS (SELECT 1 FROM qbo_sync.document_link l
              WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = s.realm_id AND l.removed_at IS NULL
                AND l.quickbooks_type = s.quickbooks_type AND l.quickbooks_id = s.quickbooks_id)
ORDER BY s.quickbooks_type, s.quickbooks_id LIMIT %(most)s
