-- A note is about many practices, and may quote anyone: all of them go.
DELETE FROM qbo_sync.run_note
