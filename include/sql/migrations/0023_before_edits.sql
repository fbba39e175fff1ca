-- Revision 0023_before_edits.

ALTER TABLE qbo_sync.acceptance
  ADD COLUMN posted jsonb;   -- the document before the edits that were accepted; NULL: accepted by an earlier version
