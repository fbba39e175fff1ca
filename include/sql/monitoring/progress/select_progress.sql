-- How far a run is that has not ended: counted from what it has sent and what is still due.
-- A document with several requests, such as one that was refused and sent again, counts once.
-- Grain:   one row, none when there is no such run
-- Params:  workspace_id bigint, run_id text, job text
-- Columns: started_at timestamptz | sent, refused, due bigint: documents
--          answered_at timestamptz: QuickBooks' last answer
SELECT r.started_at, q.sent, q.refused, q.answered_at,
       (SELECT count(*) FROM qbo_sync.due_document d WHERE d.workspace_id = r.workspace_id) AS due
FROM qbo_sync.sync_run r
CROSS JOIN LATERAL (
  SELECT count(DISTINCT (document_kind, document_id)) FILTER (WHERE state = 'done') AS sent,
         count(DISTINCT (document_kind, document_id)) FILTER (WHERE state = 'refused') AS refused,
         max(answered_at) AS answered_at
  FROM qbo_sync.request
  WHERE workspace_id = r.workspace_id AND run_id = r.run_id AND document_kind <> 'client'
) q
WHERE r.workspace_id = %(workspace_id)s AND r.run_id = %(run_id)s AND r.job = %(job)s AND r.finished_at IS NULL
