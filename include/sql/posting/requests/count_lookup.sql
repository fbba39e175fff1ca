-- Looked up in QuickBooks; what is not there is sent again right after.
UPDATE qbo_sync.request SET looks = looks + 1, looked_at = now()
WHERE id = ANY(%(ids)s)
