-- Every document that counted in the books of either system when the last reconciliation froze them. A side the document
-- is not on has no figures.
CREATE VIEW qbo_sync.standing AS
SELECT workspace_id, document_kind, document_id, document_number,
       CASE WHEN in_caspen THEN caspen_total END AS caspen_total,
       CASE WHEN in_caspen THEN caspen_tax END AS caspen_tax,
       CASE WHEN in_caspen THEN caspen_date END AS caspen_date,
       CASE WHEN in_quickbooks THEN quickbooks_total END AS quickbooks_total,
       CASE WHEN in_quickbooks THEN quickbooks_tax END AS quickbooks_tax,
       CASE WHEN in_quickbooks THEN quickbooks_date END AS quickbooks_date
FROM qbo_sync.comparison
UNION ALL
SELECT workspace_id, document_kind, document_id, document_number,
       caspen_total, caspen_tax, caspen_date, quickbooks_total, quickbooks_tax, quickbooks_date
FROM qbo_sync.not_compared
