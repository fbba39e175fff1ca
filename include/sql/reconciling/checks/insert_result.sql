-- Keep what one check of a run found; a repeated run starts over.
INSERT INTO qbo_sync.check_result
  (workspace_id, run_id, suite, document_kind, name, words, severity, success, checked, failing, problem)
VALUES (%(workspace_id)s, %(run_id)s, %(suite)s, %(document_kind)s, %(name)s, %(words)s, %(severity)s, %(success)s,
        %(checked)s, %(failing)s, %(problem)s)
ON CONFLICT (workspace_id, run_id, suite, document_kind, name) DO UPDATE
SET at = now(), words = excluded.words, severity = excluded.severity, success = excluded.success,
    checked = excluded.checked, failing = excluded.failing, problem = excluded.problem
