-- What a comparison also has to say: whose document it is, what was edited since posting, what a person accepted.
ALTER TABLE qbo_sync.comparison
  ADD COLUMN invoice_id       bigint,
  ADD COLUMN quickbooks_type  text,
  ADD COLUMN origin           text,                          -- caspen, quickbooks (imported from there), backfill
  ADD COLUMN changed          jsonb,                         -- fields edited in QuickBooks that no other column compares
  ADD COLUMN changed_fields   integer NOT NULL DEFAULT 0,    -- how many
  ADD COLUMN drifted          boolean NOT NULL DEFAULT false, -- anything at all was edited since posting
  ADD COLUMN accepted         boolean NOT NULL DEFAULT false, -- a person accepted exactly this version of QuickBooks
  -- Rows are frozen in the order of their ids: numbers first make the index grow at its end.
  DROP CONSTRAINT comparison_pkey,
  ADD PRIMARY KEY (workspace_id, document_id, document_kind)
