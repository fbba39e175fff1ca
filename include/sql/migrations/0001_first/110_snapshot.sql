-- What QuickBooks held when last read, one row per transaction of a company.
CREATE TABLE qbo_sync.snapshot (
  realm_id         text        NOT NULL,
  quickbooks_type  text        NOT NULL,
  quickbooks_id    text        NOT NULL,
  sync_token       text,
  doc_number       text,
  customer_id      text,
  txn_date         date,
  due_date         date,
  subtotal         numeric(14,2),
  tax              numeric(14,2),
  total            numeric(14,2),
  balance          numeric(14,2),
  facts            jsonb,                        -- lines and links, for naming what changed
  gone             text CHECK (gone IN ('voided', 'deleted')),
  changed_at       timestamptz,                  -- QuickBooks' LastUpdatedTime
  seen_at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (realm_id, quickbooks_type, quickbooks_id)
)
