-- Before the text of a mail leaves.
UPDATE qbo_sync.mail SET state = 'handing', tries = tries + 1
WHERE workspace_id = %(workspace_id)s AND day = %(day)s AND address = %(address)s AND state = 'due'
