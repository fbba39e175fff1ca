-- Revision 0012_accepted_lines.

ALTER TABLE qbo_sync.acceptance
  ADD COLUMN added jsonb NOT NULL DEFAULT '[]';   -- the accepted lines that are a person's own, as facts
