-- The newest run of a workspace that has no end, and how far it is: counted from what it has sent and what is still due.
-- A document with several requests, such as one that was refused and sent again, counts once. No row: no run is open.
-- Columns: sent, refused, due: documents | unanswered: those sent of which no answer is recorded | answered_at: QuickBooks' last answer
SELECT r.run_id, r.job, r.started_at, q.sent, q.refused, q.unanswered, q.answered_at,
       (SELECT count(*) FROM qbo_sync.due_document d WHERE d.workspace_id = %(workspace_id)s) AS due
FROM (
  SELECT newest.run_id, j.job, newest.started_at
  FROM (VALUES ('post'), ('import'), ('reconcile'), ('backfill')) AS j (job)
  CROSS JOIN LATERAL (
    SELECT run_id, started_at, finished_at
    FROM qbo_sync.sync_run WHERE workspace_id = %(workspace_id)s AND job = j.job
    ORDER BY started_at DESC LIMIT 1
  ) newest
  WHERE newest.finished_at IS NULL
  ORDER BY newest.started_at DESC LIMIT 1
) r
CROSS JOIN LATERAL (
  SELECT count(DISTINCT (document_kind, document_id)) FILTER (WHERE state = 'done') AS sent,
         count(DISTINCT (document_kind, document_id)) FILTER (WHERE state = 'refused') AS refused,
         count(DISTINCT (document_kind, document_id)) FILTER (WHERE state = 'prepared') AS unanswered,
         max(answered_at) AS answered_at
  FROM qbo_sync.request
  WHERE workspace_id = %(workspace_id)s AND run_id = r.run_id AND document_kind <> 'client'
) q
