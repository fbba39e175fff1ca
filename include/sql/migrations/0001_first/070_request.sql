-- Written and committed before anything leaves: what is sent, and afterwards what was answered.
CREATE TABLE qbo_sync.request (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id   bigint      NOT NULL,
  realm_id       text        NOT NULL,
  run_id         text        NOT NULL,
  batch_id       text        NOT NULL,        -- the request id given to QuickBooks; shared by a batch
  bid            text        NOT NULL,        -- the item's id inside its batch; empty for a single request
  document_kind  text        NOT NULL,        -- invoice, credit_note, payment or client
  document_id    bigint      NOT NULL,
  step           text        NOT NULL,        -- post, apply, correct, unapply, remove, customer
  entity         text        NOT NULL,
  operation      text        NOT NULL,        -- create, update, delete, void
  generation     integer     NOT NULL,        -- +1 whenever the content changes or QuickBooks refused the last one
  version        text        NOT NULL,        -- the document's version this content was made from
  payload        jsonb       NOT NULL,
  payload_hash   text        NOT NULL,
  state          text        NOT NULL DEFAULT 'prepared'
                 CHECK (state IN ('prepared', 'done', 'refused', 'dropped')),
  quickbooks_id  text,
  fault_code     text,
  fault_text     text,
  intuit_tid     text,
  adopted        boolean     NOT NULL DEFAULT false,     -- found by looking after a lost answer
  looks          integer     NOT NULL DEFAULT 0,         -- how often it was looked for
  prepared_at    timestamptz NOT NULL DEFAULT now(),
  answered_at    timestamptz,
  UNIQUE (realm_id, batch_id, bid)
)
