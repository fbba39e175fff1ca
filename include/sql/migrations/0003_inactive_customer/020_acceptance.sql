-- What else a person accepts: that the document's customer is inactive.
ALTER TABLE qbo_sync.acceptance ADD COLUMN inactive_customer text
