-- A month a person closed, with everything its pack shows. Closed again after it was reopened, the earlier row stays.
CREATE TABLE qbo_sync.month_close (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id bigint NOT NULL, realm_id text NOT NULL,
  month date NOT NULL CHECK (month = date_trunc('month', month)),   -- its first day
  run_id text NOT NULL,   -- the reconciliation it is based on
  sign_off_id bigint NOT NULL,   -- the figures signed until then are those it was closed with
  closed_at timestamptz NOT NULL, closed_by text NOT NULL, note text NOT NULL DEFAULT '',
  pack jsonb NOT NULL,   -- never changed: the pack is made from it
  changed bigint NOT NULL DEFAULT 0,   -- documents that stand otherwise since, as the last reconciliation found
  changes jsonb NOT NULL DEFAULT '{}',   -- the first of them
  checked_at timestamptz,   -- when that was; null: no reconciliation has ended since
  reopened_at timestamptz, reopened_by text, reopened_reason text
);
CREATE UNIQUE INDEX month_closed ON qbo_sync.month_close (workspace_id, realm_id, month) WHERE reopened_at IS NULL;
CREATE INDEX month_close_month ON qbo_sync.month_close (month) WHERE reopened_at IS NULL;
