-- The answer to a request.
UPDATE qbo_sync.request
SET state = %(state)s, quickbooks_id = %(quickbooks_id)s, fault_code = %(fault_code)s,
    fault_text = %(fault_text)s, intuit_tid = %(intuit_tid)s, adopted = %(adopted)s, answered_at = now()
WHERE id = %(request_id)s AND state = 'prepared'
