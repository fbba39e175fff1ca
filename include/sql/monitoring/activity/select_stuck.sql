-- Work that should have moved on automatically and did not: answers never found, and documents that wait for nothing.
-- What waits for its invoice, or is listed, has a reason and is not stuck. One row.
WITH listed AS (
  SELECT document_kind, document_id, invoice_id
  FROM qbo_sync.unsynced_invoice WHERE workspace_id = %(workspace_id)s AND resolved_at IS NULL
),
idle AS (
  SELECT d.document_number, d.staged_at FROM qbo_sync.undone_documents(%(workspace_id)s) d
  WHERE greatest(d.staged_at, d.released_at) < now() - %(waiting_for)s::interval
    AND NOT EXISTS (
      SELECT 1 FROM listed u
      WHERE (u.document_kind, u.document_id) = (d.document_kind, d.document_id)
         OR (u.document_kind, u.document_id) = ('invoice', d.invoice_id)
    )
    AND (   -- its invoice is not a draft again, which waits for the staff; looked up one by one
      SELECT i.wanted FROM qbo_sync.document i
      WHERE i.workspace_id = d.workspace_id AND i.document_kind = 'invoice' AND i.document_id = d.invoice_id
    ) IS DISTINCT FROM 'as_is'
)
SELECT (SELECT count(*) FROM qbo_sync.request r
        WHERE r.workspace_id = %(workspace_id)s AND r.state = 'prepared'
          AND r.prepared_at < now() - %(unconfirmed_for)s::interval) AS unconfirmed,
       (SELECT min(r.prepared_at) FROM qbo_sync.request r
        WHERE r.workspace_id = %(workspace_id)s AND r.state = 'prepared') AS unconfirmed_since,
       (SELECT count(*) FROM idle) AS waiting,
       (SELECT min(staged_at) FROM idle) AS waiting_since,
       ARRAY(SELECT document_number FROM idle ORDER BY staged_at, document_number LIMIT 3) AS numbers
