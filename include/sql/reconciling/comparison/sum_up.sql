-- What one run found to differ, in one row.
SELECT count(*) AS documents, coalesce(sum(d.fields), 0)::bigint AS fields, coalesce(sum(d.unexplained), 0)::bigint AS unexplained,
       coalesce(sum(d.largest), 0) AS unexplained_amount
FROM (
  SELECT count(*) AS fields, count(*) FILTER (WHERE NOT r.explained) AS unexplained,
         max(abs(r.delta)) FILTER (WHERE NOT r.explained) AS largest
  FROM qbo_sync.reconciliation_difference r
  WHERE r.workspace_id = %(workspace_id)s AND r.run_id = %(run_id)s
  GROUP BY r.document_kind, r.document_id
) d
