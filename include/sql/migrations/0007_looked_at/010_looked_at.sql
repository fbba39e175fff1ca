-- When a request in doubt was last looked for: what was not found went out again right after.
ALTER TABLE qbo_sync.request ADD COLUMN looked_at timestamptz
