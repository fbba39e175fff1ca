-- The advisory locks of 64 bits that sessions hold in this database: a run that is at work holds its practice's.
-- Grain:   one row per lock
-- Columns: key bigint, signed
SELECT DISTINCT classid::bigint << 32 | objid::bigint AS key FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
