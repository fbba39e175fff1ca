-- The answer to a request.
-- Params:  request_id bigint, state text, quickbooks_id text, fault_code text, fault_text text, intuit_tid text, adopted boolean
UPDATE qbo_sync.request
SET state = %(state)s,
    quickbooks_id = %(quickbooks_id)s,
    fault_code = %(fault_code)s,
    fault_text = %(fault_text)s,
    intuit_tid = %(intuit_tid)s,
    adopted = %(adopted)s,
    answered_at = now()
WHERE id = %(request_id)s AND state = 'prepared'
