-- Looked for in QuickBooks; what is not there goes out again right after.
-- Params:  ids bigint[]
UPDATE qbo_sync.request
SET looks = looks + 1, looked_at = now()
WHERE id = ANY(%(ids)s)
