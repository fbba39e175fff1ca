SELECT id, batch_id, bid, document_kind, document_id, step, entity, operation, generation, version, payload::text AS payload,
       looks AS lookup_attempts,
       prepared_at,
       greatest(prepared_at, looked_at) > now() - make_interval(secs => %(recent_seconds)s) AS recent
FROM qbo_sync.request WHERE realm_id = %(realm_id)s AND batch_id = %(batch_id)s AND state = 'prepared'
ORDER BY id
