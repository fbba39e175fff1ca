-- Calls to one company that still count against a limit, from a table of the shared limiter.
-- Params:  {table}: the limiter's
SELECT count(*) AS calls
FROM {table}
WHERE item_timestamp >= (now() AT TIME ZONE 'UTC') - make_interval(secs => %(seconds)s)
