-- The currency of both sides. Most documents are in the home currency; the others have columns of their own, empty for all
-- the rest, so that they are found without reading those.
ALTER TABLE qbo_sync.document
  ADD COLUMN currency text;   -- of its invoice; null: staged by a version that did not keep it

ALTER TABLE qbo_sync.snapshot
  ADD COLUMN foreign_currency text,   -- where it is not the home currency
  ADD COLUMN home_total numeric(14,2), ADD COLUMN home_tax numeric(14,2), ADD COLUMN home_balance numeric(14,2);
CREATE INDEX snapshot_foreign ON qbo_sync.snapshot (realm_id, quickbooks_type, quickbooks_id)
  WHERE foreign_currency IS NOT NULL;

ALTER TABLE qbo_sync.comparison
  ADD COLUMN home_total numeric(14,2),   -- QuickBooks' total and balance in the home currency, where it has another
  ADD COLUMN home_balance numeric(14,2);
