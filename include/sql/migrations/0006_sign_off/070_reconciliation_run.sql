-- Up to which day a run was signed; null: signed before days were kept.
ALTER TABLE qbo_sync.reconciliation_run ADD COLUMN signed_through date
