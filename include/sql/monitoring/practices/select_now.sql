-- Our database's clock.
-- Columns: now timestamptz
SELECT now() AS now
