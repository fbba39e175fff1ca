-- The history of a document beside its requests: what was seen, decided and chosen, by whom.
CREATE TABLE qbo_sync.document_event (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id   bigint      NOT NULL,
  document_kind  text        NOT NULL,
  document_id    bigint      NOT NULL,
  at             timestamptz NOT NULL DEFAULT now(),
  what           text        NOT NULL,
  detail         text        NOT NULL DEFAULT '',
  who            text        NOT NULL DEFAULT 'sync'
)
