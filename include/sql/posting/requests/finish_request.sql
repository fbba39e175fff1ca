-- The answer to a request. What was sent for the receiver alone is not kept: names, addresses, the words of the lines.
UPDATE qbo_sync.request
SET state = %(state)s, payload = qbo_sync.without_words(payload), quickbooks_id = %(quickbooks_id)s, fault_code = %(fault_code)s,
    fault_text = %(fault_text)s, intuit_tid = %(intuit_tid)s, adopted = %(adopted)s, answered_at = now()
WHERE id = %(request_id)s AND state = 'prepared'
