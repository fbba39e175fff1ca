-- What Intuit meters, and when each practice's import asks QuickBooks.

-- Calls to QuickBooks as Intuit counts them, each item of a batch as one; added to once a visit, not once a call.
CREATE TABLE qbo_sync.metered_call (
  workspace_id bigint NOT NULL,
  day date NOT NULL,   -- UTC
  kind text NOT NULL,   -- query, cdc and read are metered; write is free
  calls integer NOT NULL,
  PRIMARY KEY (workspace_id, day, kind)
);
CREATE INDEX metered_call_day ON qbo_sync.metered_call (day);

-- What decides when the import asks QuickBooks next. One row per practice, made by its first run.
CREATE TABLE qbo_sync.import_rhythm (
  workspace_id bigint PRIMARY KEY,
  realm_id text NOT NULL,
  asked_at timestamptz,   -- the last time everything new was read
  found_at timestamptz,   -- when something of other people's was last found there
  wrote_at timestamptz,   -- when we last posted a payment, which a webhook should report
  heard_at timestamptz,   -- when a webhook last reported a payment, ours or not
  reported_at timestamptz   -- when one last reported a payment that is not ours
);
