-- When Caspen made a document or a client, and for which of them a link stands: an id that Caspen gives a second time, after
-- its own database was set back, is another one's. Null: from a version that did not keep it, until it is next read.
ALTER TABLE qbo_sync.document ADD COLUMN made_at timestamptz;
ALTER TABLE qbo_sync.document_link
  ADD COLUMN made_at timestamptz,
  ADD COLUMN set_back boolean NOT NULL DEFAULT false;   -- Caspen shows another document, an earlier version, or none
ALTER TABLE qbo_sync.customer_link ADD COLUMN made_at timestamptz;
