-- What became of a mail.
-- Params:  state | problem: why it was not taken | tried: 1 where it ended before its text left
UPDATE qbo_sync.mail
SET state = %(state)s, problem = %(problem)s, tries = tries + %(tried)s,
    ended_at = CASE WHEN %(state)s <> 'due' THEN now() END
WHERE workspace_id = %(workspace_id)s AND day = %(day)s AND address = %(address)s AND state IN ('due', 'handing')
