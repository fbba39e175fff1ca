-- How far Caspen's transactions have come.
-- next_number takes a transaction number for itself, so every transaction that has one already is below it.
-- pg_snapshot_xmax would not do: it is one past the newest transaction that has *ended*, and a transaction at or
-- above it may be open and have stamped rows.
-- Grain:   one row
-- Params:  none
-- Columns: oldest_open bigint, every transaction below it has ended
--          | next_number bigint, every transaction that has begun to write is below it
SELECT
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest_open,
  pg_current_xact_id()::text::bigint                    AS next_number
