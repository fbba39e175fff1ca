-- A read was answered: the month's reads are not used up any more.
DELETE FROM qbo_sync.metered_call WHERE workspace_id = %(workspace_id)s AND kind = 'refused'
