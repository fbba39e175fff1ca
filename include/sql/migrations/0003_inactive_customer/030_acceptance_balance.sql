-- What Caspen showed open on an invoice when QuickBooks' version was accepted.
ALTER TABLE qbo_sync.acceptance ADD COLUMN caspen_balance numeric(14,2)
