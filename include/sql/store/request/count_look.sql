-- Params:  ids bigint[]
UPDATE qbo_sync.request
SET looks = looks + 1
WHERE id = ANY(%(ids)s)
