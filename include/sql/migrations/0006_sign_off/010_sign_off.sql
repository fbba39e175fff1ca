-- A person's word that the books of a company are right up to a day, given on one reconciliation.
CREATE TABLE qbo_sync.sign_off (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id  bigint      NOT NULL,
  realm_id      text        NOT NULL,
  run_id        text        NOT NULL,
  through       date        NOT NULL,      -- documents dated until then, this day included
  signed_at     timestamptz NOT NULL DEFAULT now(),
  signed_by     text        NOT NULL,
  documents     bigint      NOT NULL DEFAULT 0       -- whose figures it recorded: those not signed before, or changed since
)
