-- Where every practice stands with a job, all of them in one statement; each branch asks an index once for each
-- practice, so neither the history of runs nor documents that are done are read.
-- Grain:   one row per workspace that is not disconnected; of one of them, unless `only` is null
-- Params:  job | max_age interval | only bigint, or null | most bigint: due documents are counted up to this
-- Columns: position: how far Caspen was read, null before the first run | documents: due | seconds: what the last
--          finished run took, null without one | failed: it did | must_run: no success within max_age, an unconfirmed
--          request, something held by a shared cause, which the run looks up in QuickBooks, or a webhook about anything
--          but a payment since the last run began
SELECT c.workspace_id, c.status = 'connected' AS connected, read.position, due.documents,
       last.seconds, coalesce(last.failed, false) AS failed,
       recent.found IS NULL OR doubt.found IS NOT NULL OR held.found IS NOT NULL
         OR coalesce(touched.touched_at > last.started_at, false) AS must_run
FROM qbo_sync.connection c
LEFT JOIN qbo_sync.cursor read ON read.workspace_id = c.workspace_id AND read.name = 'caspen'
LEFT JOIN LATERAL (
  SELECT r.started_at, extract(epoch FROM r.finished_at - r.started_at)::float8 - r.paused_seconds AS seconds, r.success IS NOT TRUE AS failed
  FROM qbo_sync.sync_run r
  WHERE r.workspace_id = c.workspace_id AND r.job = %(job)s AND r.finished_at IS NOT NULL
  ORDER BY r.started_at DESC LIMIT 1
) last ON true
LEFT JOIN LATERAL (
  SELECT true AS found FROM qbo_sync.sync_run r
  WHERE r.workspace_id = c.workspace_id AND r.job = %(job)s AND r.started_at > now() - %(max_age)s AND r.success
  ORDER BY r.started_at DESC LIMIT 1
) recent ON true
LEFT JOIN qbo_sync.import_rhythm touched ON touched.workspace_id = c.workspace_id AND touched.realm_id = c.realm_id
LEFT JOIN LATERAL (
  SELECT true AS found FROM qbo_sync.request r
  WHERE r.workspace_id = c.workspace_id AND r.state = 'prepared' LIMIT 1
) doubt ON true
LEFT JOIN LATERAL (
  SELECT true AS found FROM qbo_sync.unsynced_invoice u
  WHERE u.workspace_id = c.workspace_id AND u.resolved_at IS NULL AND u.cause_ref <> '' LIMIT 1
) held ON true
CROSS JOIN LATERAL (
  SELECT count(*) AS documents FROM (
    SELECT FROM qbo_sync.due_document d WHERE d.workspace_id = c.workspace_id LIMIT %(most)s
  ) d
) due
WHERE c.status <> 'disconnected' AND (%(only)s::bigint IS NULL OR c.workspace_id = %(only)s)
ORDER BY c.workspace_id
