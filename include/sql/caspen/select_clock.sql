-- Caspen's clock, read before select_transactions.
-- A statement of its own, run first: whatever was stamped by this time belongs to a transaction that already has
-- its number when the next statement asks for one.
-- Grain:   one row
-- Params:  none
-- Columns: now   timestamptz
SELECT clock_timestamp() AS now
