-- Documents of closed months that stand otherwise than each month was closed, as frozen now. A document's figures at
-- closing are the last that were signed until then. Looked at is only what changed since any sign-off: it is little.
-- Columns: place: of a document in its month | in_all: how many the month has
WITH closed AS MATERIALIZED (
  SELECT id, month, sign_off_id, (month + interval '1 month - 1 day')::date AS last FROM qbo_sync.month_close
  WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND reopened_at IS NULL
),
touched AS (
  SELECT document_kind, document_id FROM qbo_sync.signed_change
  WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s
  UNION   -- signed again later
  SELECT document_kind, document_id FROM qbo_sync.signed_document
  WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s
    AND superseded_by > (SELECT min(sign_off_id) FROM closed)
  UNION   -- dated into the month and signed for the first time later
  SELECT s.document_kind, s.document_id FROM qbo_sync.signed_document s
  JOIN closed c ON s.sign_off_id > c.sign_off_id
   AND c.month IN (date_trunc('month', s.caspen_date)::date, date_trunc('month', s.quickbooks_date)::date)
  WHERE s.workspace_id = %(workspace_id)s AND s.realm_id = %(realm_id)s
),
apart AS (
  SELECT c.id AS close_id, t.document_kind, t.document_id, coalesce(n.document_number, b.document_number) AS document_number,
         b.caspen_total AS closed_caspen_total, b.caspen_tax AS closed_caspen_tax, b.caspen_date AS closed_caspen_date,
         b.quickbooks_total AS closed_quickbooks_total, b.quickbooks_tax AS closed_quickbooks_tax,
         b.quickbooks_date AS closed_quickbooks_date,
         n.caspen_total, n.caspen_tax, n.caspen_date, n.quickbooks_total, n.quickbooks_tax, n.quickbooks_date
  FROM closed c
  CROSS JOIN touched t
  LEFT JOIN LATERAL (
    SELECT * FROM qbo_sync.signed_document s
    WHERE s.workspace_id = %(workspace_id)s AND s.realm_id = %(realm_id)s
      AND s.document_kind = t.document_kind AND s.document_id = t.document_id AND s.sign_off_id <= c.sign_off_id
    ORDER BY s.sign_off_id DESC LIMIT 1
  ) b ON true
  LEFT JOIN (SELECT * FROM qbo_sync.standing WHERE workspace_id = %(workspace_id)s) n
    ON n.document_kind = t.document_kind AND n.document_id = t.document_id
  WHERE (b.caspen_date BETWEEN c.month AND c.last OR b.quickbooks_date BETWEEN c.month AND c.last
         OR n.caspen_date BETWEEN c.month AND c.last OR n.quickbooks_date BETWEEN c.month AND c.last)
    AND (b.caspen_total, b.caspen_tax, b.caspen_date, b.quickbooks_total, b.quickbooks_tax, b.quickbooks_date)
        IS DISTINCT FROM
        (n.caspen_total, n.caspen_tax, n.caspen_date, n.quickbooks_total, n.quickbooks_tax, n.quickbooks_date)
),
placed AS (
  SELECT *, row_number() OVER (PARTITION BY close_id ORDER BY document_kind, document_number, document_id) AS place,
         count(*) OVER (PARTITION BY close_id) AS in_all
  FROM apart
)
SELECT * FROM placed WHERE place <= %(most)s ORDER BY close_id, place
