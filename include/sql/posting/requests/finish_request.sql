-- The answers to requests. What was sent for the receiver alone is not kept: names, addresses, the words of the lines.
-- Params:  request_ids, states, quickbooks_ids, fault_codes, fault_texts, intuit_tids, adopted: in step
UPDATE qbo_sync.request r
SET state = n.state, payload = qbo_sync.without_words(r.payload), quickbooks_id = n.quickbooks_id, fault_code = n.fault_code,
    fault_text = n.fault_text, intuit_tid = n.intuit_tid, adopted = n.adopted, answered_at = now()
FROM unnest(%(request_ids)s::bigint[], %(states)s::text[], %(quickbooks_ids)s::text[], %(fault_codes)s::text[],
            %(fault_texts)s::text[], %(intuit_tids)s::text[], %(adopted)s::boolean[])
  AS n (id, state, quickbooks_id, fault_code, fault_text, intuit_tid, adopted)
WHERE r.id = n.id AND r.state = 'prepared'
