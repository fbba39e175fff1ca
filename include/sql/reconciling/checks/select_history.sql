-- One check in every run of so many days, newest first.
SELECT c.run_id, c.at, c.words, c.success, c.checked, c.failing, c.problem
FROM qbo_sync.check_result c
WHERE c.workspace_id = %(workspace_id)s AND c.suite = %(suite)s AND c.document_kind = %(document_kind)s
  AND c.name = %(name)s AND c.at > now() - make_interval(days => %(days)s)
ORDER BY c.at DESC, c.run_id
