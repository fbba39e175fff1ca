-- Which QuickBooks transaction a Caspen document is, with the amounts of both sides as last compared.
CREATE TABLE qbo_sync.document_link (
  workspace_id         bigint      NOT NULL,
  realm_id             text        NOT NULL,
  document_kind        text        NOT NULL,
  document_id          bigint      NOT NULL,
  quickbooks_type      text        NOT NULL,
  quickbooks_id        text        NOT NULL,
  doc_number           text,
  origin               text        NOT NULL DEFAULT 'caspen' CHECK (origin IN ('caspen', 'quickbooks', 'backfill')),
  customer_id          text,
  sync_token           text,
  application_id       text,                         -- of a credit note: the zero payment that applies it
  caspen_subtotal      numeric(14,2),
  caspen_tax           numeric(14,2),
  caspen_total         numeric(14,2) NOT NULL,
  quickbooks_subtotal  numeric(14,2),
  quickbooks_tax       numeric(14,2),
  quickbooks_total     numeric(14,2),
  as_posted            jsonb,                        -- QuickBooks' answer, reduced to the facts compared later
  removed_at           timestamptz,                  -- voided or deleted in QuickBooks by us; the link is kept
  posted_at            timestamptz NOT NULL DEFAULT now(),
  verified_at          timestamptz,
  PRIMARY KEY (workspace_id, document_kind, document_id)
)
