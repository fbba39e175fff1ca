-- Where the signed periods are no longer as they were signed: the one definition, for the nightly look and for signing
-- again. A document is in a period when either side's date is. One hash join for each company, no document by itself.
CREATE VIEW qbo_sync.signed_apart AS
SELECT p.workspace_id, p.realm_id, k.document_kind, k.document_id, k.document_number,
       coalesce(k.sign_off_id, (SELECT o.id    -- of a new document: who signed the period it is dated into
                                FROM qbo_sync.sign_off o
                                WHERE o.workspace_id = p.workspace_id AND o.realm_id = p.realm_id
                                  AND o.through >= least(k.caspen_date, k.quickbooks_date)
                                ORDER BY o.through, o.id DESC
                                LIMIT 1)) AS sign_off_id,
       k.signed_caspen_total, k.signed_caspen_tax, k.signed_caspen_date,
       k.signed_quickbooks_total, k.signed_quickbooks_tax, k.signed_quickbooks_date,
       k.caspen_total, k.caspen_tax, k.caspen_date, k.quickbooks_total, k.quickbooks_tax, k.quickbooks_date
FROM (SELECT workspace_id, realm_id, max(through) AS through
      FROM qbo_sync.sign_off
      GROUP BY workspace_id, realm_id) p
CROSS JOIN LATERAL (
  SELECT document_kind, document_id, coalesce(n.document_number, s.document_number) AS document_number, s.sign_off_id,
         s.caspen_total AS signed_caspen_total, s.caspen_tax AS signed_caspen_tax, s.caspen_date AS signed_caspen_date,
         s.quickbooks_total AS signed_quickbooks_total, s.quickbooks_tax AS signed_quickbooks_tax,
         s.quickbooks_date AS signed_quickbooks_date,
         n.caspen_total, n.caspen_tax, n.caspen_date, n.quickbooks_total, n.quickbooks_tax, n.quickbooks_date
  FROM (SELECT *
        FROM qbo_sync.signed_document
        WHERE workspace_id = p.workspace_id AND realm_id = p.realm_id AND superseded_by IS NULL) s
  FULL JOIN (SELECT *, coalesce(least(caspen_date, quickbooks_date) <= p.through, false) AS within
             FROM qbo_sync.standing
             WHERE workspace_id = p.workspace_id) n USING (document_kind, document_id)
  WHERE CASE
          WHEN s.sign_off_id IS NULL THEN n.within
          WHEN n.within IS NOT TRUE THEN true
          ELSE (s.caspen_total, s.caspen_tax, s.caspen_date, s.quickbooks_total, s.quickbooks_tax, s.quickbooks_date)
               IS DISTINCT FROM
               (n.caspen_total, n.caspen_tax, n.caspen_date, n.quickbooks_total, n.quickbooks_tax, n.quickbooks_date)
        END
) k
