-- The time zones that practices are in. A handful.
SELECT DISTINCT time_zone FROM qbo_sync.practice_overview ORDER BY time_zone
