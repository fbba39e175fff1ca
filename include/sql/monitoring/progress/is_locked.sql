-- Whether a session holds an advisory lock of 64 bits.
-- Params:  high, low: the halves of its key
SELECT EXISTS (
  SELECT 1 FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid::bigint = %(high)s AND objid::bigint = %(low)s
) AS locked
