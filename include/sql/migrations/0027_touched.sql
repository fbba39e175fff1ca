-- A webhook that reports anything but a payment is handed over here: posting looks again.
ALTER TABLE qbo_sync.import_rhythm ADD COLUMN touched_at timestamptz;
