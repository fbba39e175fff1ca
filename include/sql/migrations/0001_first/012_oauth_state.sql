-- A consent under way: the state is kept as a hash, bound to a workspace and a user, and used once.
CREATE TABLE qbo_sync.oauth_state (
  state_hash    text PRIMARY KEY,
  workspace_id  bigint      NOT NULL,
  username      text        NOT NULL,
  expires_at    timestamptz NOT NULL
)
