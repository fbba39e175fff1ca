-- What the checks of the newest run found, each with its history of so many days. One row per check.
SELECT c.suite, c.document_kind, c.name, c.words, c.severity, c.success, c.checked, c.failing, c.problem, c.run_id,
       c.at, h.runs, h.failed, h.last_failed_at
FROM qbo_sync.check_result c
CROSS JOIN LATERAL (
  SELECT count(*) AS runs, count(*) FILTER (WHERE h.success IS NOT TRUE) AS failed,
         max(h.at) FILTER (WHERE h.success IS NOT TRUE) AS last_failed_at
  FROM qbo_sync.check_result h
  WHERE h.workspace_id = c.workspace_id AND h.suite = c.suite AND h.document_kind = c.document_kind
    AND h.name = c.name AND h.at > now() - make_interval(days => %(days)s)
) h
WHERE c.workspace_id = %(workspace_id)s AND c.run_id = (
  SELECT run_id FROM qbo_sync.check_result WHERE workspace_id = %(workspace_id)s ORDER BY at DESC, run_id LIMIT 1)
ORDER BY c.suite, c.success IS TRUE, c.document_kind, c.name
