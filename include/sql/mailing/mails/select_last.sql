-- The newest mails of one practice, or of ops.
SELECT day, address, kind, state, tries, problem, decided_at, ended_at FROM qbo_sync.mail
WHERE workspace_id = %(workspace_id)s ORDER BY day DESC, address LIMIT %(most)s
