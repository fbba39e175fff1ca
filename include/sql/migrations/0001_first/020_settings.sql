-- The three choices of a practice; ids in QuickBooks.
CREATE TABLE qbo_sync.settings (
  workspace_id        bigint PRIMARY KEY,
  payment_account_id  text NOT NULL,
  service_item_id     text NOT NULL,
  product_item_id     text NOT NULL,
  updated_at          timestamptz NOT NULL DEFAULT now(),
  updated_by          text
)
