-- Which QuickBooks tax code a Caspen tax rate is.
CREATE TABLE qbo_sync.tax_link (
  workspace_id   bigint       NOT NULL,
  tax_rate_id    bigint       NOT NULL,
  tax_code_id    text         NOT NULL,
  tax_code_name  text         NOT NULL,
  rate           numeric(9,4) NOT NULL,     -- percent, of the code's sales rates together, when linked
  linked_at      timestamptz  NOT NULL DEFAULT now(),
  linked_by      text,
  PRIMARY KEY (workspace_id, tax_rate_id)
)
