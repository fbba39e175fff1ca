-- Lists read live from QuickBooks and trusted briefly: accounts, items, tax codes, preferences.
CREATE TABLE qbo_sync.reference_cache (
  realm_id   text        NOT NULL,
  name       text        NOT NULL,
  payload    jsonb       NOT NULL,
  read_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (realm_id, name)
)
