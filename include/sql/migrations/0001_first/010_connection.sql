-- One QuickBooks company per Caspen workspace, with its tokens encrypted by Airflow's Fernet key.
CREATE TABLE qbo_sync.connection (
  workspace_id             bigint PRIMARY KEY,
  realm_id                 text        NOT NULL,
  company_name             text,
  country_code             text,
  home_currency            text,
  first_connected_at       timestamptz NOT NULL DEFAULT now(),   -- invoices created and finalised before are historical; never moves
  connected_at             timestamptz NOT NULL DEFAULT now(),
  disconnected_at          timestamptz,
  status                   text        NOT NULL DEFAULT 'connected'
                           CHECK (status IN ('connected', 'needs_reconnect', 'disconnected')),
  access_token             bytea,
  access_expires_at        timestamptz,
  refresh_token            bytea,
  previous_refresh_token   bytea,                                -- tried once when a process died while storing the new one
  refresh_issued_at        timestamptz,
  refresh_expires_at       timestamptz,
  refresh_hard_expires_at  timestamptz,
  token_generation         integer     NOT NULL DEFAULT 0,
  warned_days              integer,                              -- the smallest expiry warning already given
  updated_at               timestamptz NOT NULL DEFAULT now()
)
