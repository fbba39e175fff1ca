-- Revision 0009_resent.

-- A person who sends Caspen's version again has seen what goes by that; the version tells it from a later one.
ALTER TABLE qbo_sync.document_link
  ADD COLUMN resent_version text,   -- the version that a person wants sent over what is there; null once it was
  ADD COLUMN resent_posted boolean NOT NULL DEFAULT false;   -- what is there was made from that version
