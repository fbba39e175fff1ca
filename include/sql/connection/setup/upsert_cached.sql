INSERT INTO qbo_sync.reference_cache (realm_id, name, payload)
VALUES (%(realm_id)s, %(name)s, %(payload)s)
ON CONFLICT (realm_id, name) DO UPDATE SET payload = excluded.payload, read_at = now()
