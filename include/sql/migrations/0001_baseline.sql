-- Schema qbo_sync as of version 1.0.0 (revision 0008_drifted). Later revisions are files of their own.

-- One QuickBooks company per Caspen workspace, with its tokens encrypted by Airflow's Fernet key.
CREATE TABLE qbo_sync.connection (
  workspace_id bigint PRIMARY KEY, realm_id text NOT NULL, company_name text, country_code text,
  home_currency text,
  first_connected_at timestamptz NOT NULL DEFAULT now(),   -- never moves: invoices finalised before are historical
  connected_at timestamptz NOT NULL DEFAULT now(), disconnected_at timestamptz,
  status text NOT NULL DEFAULT 'connected' CHECK (status IN ('connected', 'needs_reconnect', 'disconnected')),
  access_token bytea, access_expires_at timestamptz, refresh_token bytea,
  previous_refresh_token bytea,   -- tried once when the new one was not stored
  refresh_issued_at timestamptz, refresh_expires_at timestamptz, refresh_hard_expires_at timestamptz,
  token_generation integer NOT NULL DEFAULT 0,
  warned_days integer,   -- the smallest expiry warning already given
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- Two workspaces cannot share a company: their document numbers would clash.
CREATE UNIQUE INDEX connection_realm ON qbo_sync.connection (realm_id) WHERE status <> 'disconnected';

-- A consent under way: the state is kept as a hash, bound to a workspace and a user, and used once.
CREATE TABLE qbo_sync.oauth_state (
  state_hash text PRIMARY KEY, workspace_id bigint NOT NULL, username text NOT NULL,
  expires_at timestamptz NOT NULL
);

-- The three choices of a practice; ids in QuickBooks.
CREATE TABLE qbo_sync.settings (
  workspace_id bigint PRIMARY KEY, payment_account_id text NOT NULL, service_item_id text NOT NULL,
  product_item_id text NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(), updated_by text
);

-- Which QuickBooks tax code a Caspen tax rate is.
CREATE TABLE qbo_sync.tax_link (
  workspace_id bigint NOT NULL, tax_rate_id bigint NOT NULL, tax_code_id text NOT NULL,
  tax_code_name text NOT NULL,
  rate numeric(9,4) NOT NULL,   -- percent, of the code's sales rates together, when linked
  linked_at timestamptz NOT NULL DEFAULT now(), linked_by text,
  PRIMARY KEY (workspace_id, tax_rate_id)
);

-- Lists read live from QuickBooks and trusted briefly: accounts, items, tax codes, preferences.
CREATE TABLE qbo_sync.reference_cache (
  realm_id text NOT NULL, name text NOT NULL, payload jsonb NOT NULL,
  read_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (realm_id, name)
);

-- Which QuickBooks customer a Caspen client is. Two clients never share one.
CREATE TABLE qbo_sync.customer_link (
  workspace_id bigint NOT NULL, realm_id text NOT NULL, client_id bigint NOT NULL, customer_id text NOT NULL,
  matched_by text NOT NULL CHECK (matched_by IN ('name', 'person', 'created')),
  note text,   -- e.g. that QuickBooks refused the e-mail address
  linked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, realm_id, client_id),
  UNIQUE (realm_id, customer_id)
);

-- How far each feed has been read for certain.
CREATE TABLE qbo_sync.cursor (
  workspace_id bigint NOT NULL,
  name text NOT NULL,   -- caspen, quickbooks_payments, quickbooks_documents
  position timestamptz NOT NULL,
  checkpoints jsonb NOT NULL DEFAULT '[]',   -- positions not confirmed yet: [{at, next_number}]
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, name)
);

-- Every Caspen document that concerns this project, as last staged. A payment's document_id is its allocation's id.
CREATE TABLE qbo_sync.document (
  workspace_id bigint NOT NULL,
  document_kind text NOT NULL CHECK (document_kind IN ('invoice', 'credit_note', 'payment')),
  document_id bigint NOT NULL, document_number text NOT NULL,
  invoice_id bigint NOT NULL,   -- the invoice it belongs to; an invoice's own id
  client_id bigint, document_date date, subtotal numeric(12,2), tax numeric(12,2),
  total numeric(12,2) NOT NULL,
  balance numeric(12,2),   -- of an invoice
  due_date date,
  caspen_status text NOT NULL,   -- draft, open, paid, void, deleted; issued; live, unlinked
  finalised boolean NOT NULL,   -- counts in the ledger
  wanted text NOT NULL CHECK (wanted IN ('present', 'absent', 'as_is')),
  excluded_reason text,   -- why it never goes: historical, imported, never_synced, ...
  version text NOT NULL,   -- changes whenever what should be posted may have changed
  synced_version text,   -- the version QuickBooks holds
  released_at timestamptz,   -- when it may be tried again: Retry, a fixed cause, a new version
  shown_status text,   -- what Caspen's screen was last given to show
  shown_detail text,
  updated_at timestamptz NOT NULL,   -- Caspen's
  staged_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, document_kind, document_id)
);
-- Work to be done, found without reading what is done.
CREATE INDEX document_work ON qbo_sync.document (workspace_id, document_kind, document_id)
  WHERE excluded_reason IS NULL AND wanted <> 'as_is' AND version IS DISTINCT FROM synced_version;
CREATE INDEX document_invoice ON qbo_sync.document (workspace_id, invoice_id);
CREATE INDEX document_number ON qbo_sync.document (workspace_id, document_number);

-- Which QuickBooks transaction a Caspen document is, with the amounts of both sides as last compared.
CREATE TABLE qbo_sync.document_link (
  workspace_id bigint NOT NULL, realm_id text NOT NULL, document_kind text NOT NULL,
  document_id bigint NOT NULL, quickbooks_type text NOT NULL, quickbooks_id text NOT NULL, doc_number text,
  origin text NOT NULL DEFAULT 'caspen' CHECK (origin IN ('caspen', 'quickbooks', 'backfill')),
  customer_id text, sync_token text,
  application_id text,   -- of a credit note: the zero payment that applies it
  caspen_subtotal numeric(14,2), caspen_tax numeric(14,2), caspen_total numeric(14,2) NOT NULL,
  quickbooks_subtotal numeric(14,2), quickbooks_tax numeric(14,2), quickbooks_total numeric(14,2),
  as_posted jsonb,   -- QuickBooks' answer, reduced to the facts compared later
  removed_at timestamptz,   -- voided or deleted in QuickBooks by us; the link is kept
  posted_at timestamptz NOT NULL DEFAULT now(), verified_at timestamptz,
  PRIMARY KEY (workspace_id, document_kind, document_id)
);
-- One QuickBooks document is one Caspen document. An imported payment may be several allocations.
CREATE UNIQUE INDEX document_link_quickbooks ON qbo_sync.document_link (realm_id, quickbooks_type, quickbooks_id)
  WHERE origin <> 'quickbooks';
CREATE INDEX document_link_lookup ON qbo_sync.document_link (realm_id, quickbooks_type, quickbooks_id);
-- The few links that came from QuickBooks, found without reading the others.
CREATE INDEX document_link_imported ON qbo_sync.document_link (workspace_id) WHERE origin = 'quickbooks';

-- Written and committed before anything leaves: what is sent, and afterwards what was answered.
CREATE TABLE qbo_sync.request (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id bigint NOT NULL, realm_id text NOT NULL,
  run_id text NOT NULL,
  batch_id text NOT NULL,   -- the request id given to QuickBooks; shared by a batch
  bid text NOT NULL,   -- the item's id inside its batch; empty for a single request
  document_kind text NOT NULL,   -- invoice, credit_note, payment or client
  document_id bigint NOT NULL,
  step text NOT NULL,   -- post, apply, correct, unapply, remove, customer
  entity text NOT NULL,
  operation text NOT NULL,   -- create, update, delete, void
  generation integer NOT NULL,   -- +1 whenever the content changes or QuickBooks refused the last one
  version text NOT NULL,   -- the document's version this content was made from
  payload jsonb NOT NULL, payload_hash text NOT NULL,
  state text NOT NULL DEFAULT 'prepared' CHECK (state IN ('prepared', 'done', 'refused', 'dropped')),
  quickbooks_id text, fault_code text, fault_text text, intuit_tid text,
  adopted boolean NOT NULL DEFAULT false,   -- found by a lookup after a lost answer
  looks integer NOT NULL DEFAULT 0,   -- how often it was looked up
  prepared_at timestamptz NOT NULL DEFAULT now(), answered_at timestamptz,
  looked_at timestamptz,   -- when an unconfirmed one was last looked up
  UNIQUE (realm_id, batch_id, bid)
);
CREATE INDEX request_in_doubt ON qbo_sync.request (workspace_id) WHERE state = 'prepared';
CREATE INDEX request_document ON qbo_sync.request (workspace_id, document_kind, document_id, id);
-- What one run has sent so far, for the progress on the pages.
CREATE INDEX request_run ON qbo_sync.request (workspace_id, run_id);

-- What needs a person's attention. One open row per document and cause; a resolved row stays as history.
CREATE TABLE qbo_sync.unsynced_invoice (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id bigint NOT NULL,
  document_kind text NOT NULL, document_id bigint NOT NULL, document_number text NOT NULL,
  invoice_id bigint NOT NULL, error_key text NOT NULL, title text NOT NULL, detail text NOT NULL,
  fix text NOT NULL,
  cause_ref text NOT NULL DEFAULT '',   -- what one fix repairs: tax_rate:12, customer:77, connection
  blocks boolean NOT NULL DEFAULT true,   -- false: posted and stays posted; a person should compare
  field text, caspen_value text, quickbooks_value text,
  delta numeric(14,2),   -- QuickBooks minus Caspen
  fault_code text, first_seen_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(), attempts integer NOT NULL DEFAULT 1,
  resolved_at timestamptz, resolution text
);
CREATE UNIQUE INDEX unsynced_open ON qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id, error_key)
  WHERE resolved_at IS NULL;
-- The cards of the pages are counted from this index alone.
CREATE INDEX unsynced_list ON qbo_sync.unsynced_invoice (workspace_id, error_key, cause_ref, first_seen_at)
  WHERE resolved_at IS NULL;
CREATE INDEX unsynced_invoice_id ON qbo_sync.unsynced_invoice (workspace_id, invoice_id) WHERE resolved_at IS NULL;
-- A page of the list, oldest or newest first, without reading the rest of it.
CREATE INDEX unsynced_since ON qbo_sync.unsynced_invoice (workspace_id, first_seen_at, id) WHERE resolved_at IS NULL;

-- Documents that QuickBooks does not hold as it should and that a run may try now: the one definition of "due".
-- A listed one comes only after a release: Retry, a fixed cause, or a new version.
CREATE VIEW qbo_sync.due_document AS
SELECT d.workspace_id, d.document_kind, d.document_id, d.document_number, d.invoice_id, d.client_id, d.document_date,
       d.total, d.wanted, d.version, d.synced_version
FROM qbo_sync.document d
WHERE d.excluded_reason IS NULL AND d.wanted <> 'as_is' AND d.version IS DISTINCT FROM d.synced_version
  AND NOT EXISTS (
    SELECT 1 FROM qbo_sync.unsynced_invoice u
    WHERE u.workspace_id = d.workspace_id
      AND u.document_kind = d.document_kind AND u.document_id = d.document_id AND u.resolved_at IS NULL
      AND u.blocks
      AND (d.released_at IS NULL OR d.released_at <= u.last_seen_at)
  );

-- One run of a use case on one workspace: what it did, its ledger and its calls to QuickBooks.
CREATE TABLE qbo_sync.sync_run (
  run_id text NOT NULL, workspace_id bigint NOT NULL,
  job text NOT NULL,   -- post, import, reconcile, backfill
  started_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz, counts jsonb NOT NULL DEFAULT '{}',
  calls jsonb NOT NULL DEFAULT '{}',
  finalised bigint, synced bigint, waiting bigint, listed bigint, excluded bigint, success boolean,
  message text,
  PRIMARY KEY (run_id, workspace_id, job)
);
CREATE INDEX sync_run_latest ON qbo_sync.sync_run (workspace_id, job, started_at DESC);

CREATE TABLE qbo_sync.reconciliation_run (
  run_id text NOT NULL, workspace_id bigint NOT NULL, started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz, full_compare boolean NOT NULL DEFAULT false, documents_checked bigint,
  differences bigint, finalised bigint, synced bigint, waiting bigint, listed bigint, excluded bigint,
  success boolean,   -- every check ran and no difference was found
  checks jsonb NOT NULL DEFAULT '[]',   -- the expectations with their verdicts and counts
  calls jsonb NOT NULL DEFAULT '{}',
  report jsonb NOT NULL DEFAULT '{}',   -- what the report shows besides the differences
  signed_at timestamptz, signed_by text,
  signed_through date,   -- null: signed before days were kept
  PRIMARY KEY (run_id, workspace_id)
);

CREATE TABLE qbo_sync.reconciliation_difference (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run_id text NOT NULL, workspace_id bigint NOT NULL,
  document_kind text NOT NULL, document_id bigint NOT NULL, document_number text NOT NULL,
  field text NOT NULL, caspen_value text, quickbooks_value text,
  delta numeric(14,2),   -- QuickBooks minus Caspen; null where the field is not money
  explained boolean NOT NULL DEFAULT false,   -- an open row of unsynced_invoice already names the cause
  FOREIGN KEY (run_id, workspace_id) REFERENCES qbo_sync.reconciliation_run ON DELETE CASCADE
);
CREATE INDEX reconciliation_difference_run
  ON qbo_sync.reconciliation_difference (workspace_id, run_id, document_kind, document_id);

-- What QuickBooks held when last read, one row per transaction of a company.
CREATE TABLE qbo_sync.snapshot (
  realm_id text NOT NULL, quickbooks_type text NOT NULL, quickbooks_id text NOT NULL, sync_token text,
  doc_number text, customer_id text, txn_date date, due_date date, subtotal numeric(14,2), tax numeric(14,2),
  total numeric(14,2), balance numeric(14,2),
  facts jsonb,   -- lines and links, for naming what changed
  gone text CHECK (gone IN ('voided', 'deleted')),
  changed_at timestamptz,   -- QuickBooks' LastUpdatedTime
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (realm_id, quickbooks_type, quickbooks_id)
);

-- Both sides next to each other, frozen for one reconciliation; the checks read nothing else. Replaced by each run.
-- Without a primary key: it is written and read in bulk, a million rows at a time, and an index of all of them costs a
-- third of writing it. That a document is compared once is one of the checks.
CREATE UNLOGGED TABLE qbo_sync.comparison (
  workspace_id bigint NOT NULL, document_kind text NOT NULL, document_id bigint NOT NULL,
  document_number text NOT NULL, quickbooks_id text, in_caspen boolean NOT NULL,
  in_quickbooks boolean NOT NULL,
  balance_settled boolean NOT NULL,   -- false while a payment or credit note of it is still on its way
  caspen_subtotal numeric(14,2), quickbooks_subtotal numeric(14,2),
  caspen_tax numeric(14,2), quickbooks_tax numeric(14,2),
  caspen_total numeric(14,2), quickbooks_total numeric(14,2),
  caspen_balance numeric(14,2), quickbooks_balance numeric(14,2),
  caspen_customer text, quickbooks_customer text, caspen_date date, quickbooks_date date,
  caspen_number text, quickbooks_number text, invoice_id bigint, quickbooks_type text,
  origin text,   -- caspen, quickbooks (imported from there), backfill
  changed jsonb,   -- fields edited in QuickBooks that no other column compares
  changed_fields integer NOT NULL DEFAULT 0,   -- how many
  drifted boolean NOT NULL DEFAULT false,   -- anything at all was edited since posting
  accepted boolean NOT NULL DEFAULT false   -- a person accepted exactly this version of QuickBooks
);
-- Rows of one workspace lie together, as they were frozen: a summary of each stretch is enough to find them.
CREATE INDEX comparison_workspace ON qbo_sync.comparison USING brin (workspace_id) WITH (pages_per_range = 128);
-- The few rows that are looked up one by one: the condition is that of the view comparison_suspect.
CREATE INDEX comparison_suspect_document ON qbo_sync.comparison (workspace_id, document_kind, document_id)
WHERE NOT in_quickbooks OR NOT in_caspen OR drifted OR changed_fields > 0
   OR caspen_subtotal IS DISTINCT FROM quickbooks_subtotal OR caspen_tax IS DISTINCT FROM quickbooks_tax
   OR caspen_total IS DISTINCT FROM quickbooks_total
   OR (balance_settled AND caspen_balance IS DISTINCT FROM quickbooks_balance)
   OR caspen_customer IS DISTINCT FROM quickbooks_customer OR caspen_date IS DISTINCT FROM quickbooks_date
   OR caspen_number IS DISTINCT FROM quickbooks_number;
-- The documents whose sync token moved, read one by one. PostgreSQL cannot estimate how few the wider condition of
-- comparison_suspect leaves, and read the whole table for them.
CREATE INDEX comparison_drifted ON qbo_sync.comparison (workspace_id, document_kind, document_id) WHERE drifted;

-- Frozen documents whose sides differ or that may have been edited, found by an index of their own. What works on
-- differing documents reads and writes this; the checks read everything.
CREATE VIEW qbo_sync.comparison_suspect AS
SELECT * FROM qbo_sync.comparison
WHERE NOT in_quickbooks OR NOT in_caspen OR drifted OR changed_fields > 0
   OR caspen_subtotal IS DISTINCT FROM quickbooks_subtotal OR caspen_tax IS DISTINCT FROM quickbooks_tax
   OR caspen_total IS DISTINCT FROM quickbooks_total
   OR (balance_settled AND caspen_balance IS DISTINCT FROM quickbooks_balance)
   OR caspen_customer IS DISTINCT FROM quickbooks_customer OR caspen_date IS DISTINCT FROM quickbooks_date
   OR caspen_number IS DISTINCT FROM quickbooks_number;

-- The rows each check reads, of one kind each: those of the workspace that its session names.
CREATE VIEW qbo_sync.comparison_invoice AS
SELECT * FROM qbo_sync.comparison
WHERE workspace_id = current_setting('caspen_qbo.workspace')::bigint AND document_kind = 'invoice';
CREATE VIEW qbo_sync.comparison_credit_note AS
SELECT * FROM qbo_sync.comparison
WHERE workspace_id = current_setting('caspen_qbo.workspace')::bigint AND document_kind = 'credit_note';
CREATE VIEW qbo_sync.comparison_payment AS
SELECT * FROM qbo_sync.comparison
WHERE workspace_id = current_setting('caspen_qbo.workspace')::bigint AND document_kind = 'payment';

-- QuickBooks' version of a document that a person accepted; it is raised again only when either side changes again.
CREATE TABLE qbo_sync.acceptance (
  workspace_id bigint NOT NULL, document_kind text NOT NULL, document_id bigint NOT NULL,
  facts jsonb NOT NULL,
  version text NOT NULL,   -- Caspen's version it was accepted against
  accepted_at timestamptz NOT NULL DEFAULT now(), accepted_by text NOT NULL,
  inactive_customer text,   -- what else may be accepted: that the document's customer is inactive
  caspen_balance numeric(14,2),   -- what Caspen showed open on the invoice then
  PRIMARY KEY (workspace_id, document_kind, document_id)
);

-- Customers that are inactive in QuickBooks, as last read; all of the company's, not only ours.
CREATE TABLE qbo_sync.inactive_customer (
  realm_id text NOT NULL, customer_id text NOT NULL, seen_at timestamptz NOT NULL,
  PRIMARY KEY (realm_id, customer_id)
);

-- The history of a document next to its requests: what was seen, decided and chosen, by whom.
CREATE TABLE qbo_sync.document_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id bigint NOT NULL,
  document_kind text NOT NULL, document_id bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(),
  what text NOT NULL, detail text NOT NULL DEFAULT '', who text NOT NULL DEFAULT 'sync'
);
CREATE INDEX document_event_document ON qbo_sync.document_event (workspace_id, document_kind, document_id, id);

-- A person's statement that a company's books are right up to a day, made on one reconciliation.
CREATE TABLE qbo_sync.sign_off (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id bigint NOT NULL, realm_id text NOT NULL,
  run_id text NOT NULL,
  through date NOT NULL,   -- documents dated until then, this day included
  signed_at timestamptz NOT NULL DEFAULT now(), signed_by text NOT NULL,
  documents bigint NOT NULL DEFAULT 0   -- whose figures it recorded: new ones, or changed since
);
CREATE INDEX sign_off_through ON qbo_sync.sign_off (workspace_id, realm_id, through, id);

-- The figures a sign-off stands for. A side the document was not on has none. Signed again, the earlier row stays.
-- Written together with its sign_off; a foreign key would look up that one row for each of a million documents.
CREATE TABLE qbo_sync.signed_document (
  sign_off_id bigint NOT NULL, workspace_id bigint NOT NULL, realm_id text NOT NULL,
  document_kind text NOT NULL, document_id bigint NOT NULL, document_number text NOT NULL,
  caspen_total numeric(14,2), caspen_tax numeric(14,2), caspen_date date,
  quickbooks_total numeric(14,2), quickbooks_tax numeric(14,2), quickbooks_date date,
  superseded_by bigint,   -- the later sign-off that found it changed
  PRIMARY KEY (workspace_id, realm_id, document_kind, document_id, sign_off_id)
);
-- The few superseded rows; the others need no second index.
CREATE INDEX signed_document_superseded ON qbo_sync.signed_document (superseded_by) WHERE superseded_by IS NOT NULL;

-- Which reconciliation the comparison was frozen for. Unlogged as the comparison is: after a crash of the server both
-- are empty, and nothing can be signed on what is no longer there.
CREATE UNLOGGED TABLE qbo_sync.frozen_run (
  workspace_id bigint PRIMARY KEY, run_id text NOT NULL, realm_id text NOT NULL
);

-- Documents that the frozen comparison leaves out because their sides are not meant to be equal yet: waiting, listed, or
-- taken back in Caspen while QuickBooks still has them. Frozen with it: a signed period is made of these too.
CREATE UNLOGGED TABLE qbo_sync.not_compared (
  workspace_id bigint NOT NULL, document_kind text NOT NULL, document_id bigint NOT NULL,
  document_number text NOT NULL, caspen_total numeric(14,2), caspen_tax numeric(14,2), caspen_date date,
  quickbooks_total numeric(14,2), quickbooks_tax numeric(14,2), quickbooks_date date,
  PRIMARY KEY (workspace_id, document_kind, document_id)
);

-- Every document that counted in the books of either system when the last reconciliation froze them. A side the document
-- is not on has no figures.
CREATE VIEW qbo_sync.standing AS
SELECT workspace_id, document_kind, document_id, document_number,
       CASE WHEN in_caspen THEN caspen_total END AS caspen_total,
       CASE WHEN in_caspen THEN caspen_tax END AS caspen_tax,
       CASE WHEN in_caspen THEN caspen_date END AS caspen_date,
       CASE WHEN in_quickbooks THEN quickbooks_total END AS quickbooks_total,
       CASE WHEN in_quickbooks THEN quickbooks_tax END AS quickbooks_tax,
       CASE WHEN in_quickbooks THEN quickbooks_date END AS quickbooks_date
FROM qbo_sync.comparison
UNION ALL
SELECT workspace_id, document_kind, document_id, document_number,
       caspen_total, caspen_tax, caspen_date, quickbooks_total, quickbooks_tax, quickbooks_date
FROM qbo_sync.not_compared;

-- Where the signed periods are no longer as they were signed: the one definition, for the nightly check and for signing
-- again. A document is in a period when either side's date is. One hash join for each company.
CREATE VIEW qbo_sync.signed_apart AS
SELECT p.workspace_id, p.realm_id, k.document_kind, k.document_id, k.document_number,
       coalesce(k.sign_off_id, (SELECT o.id    -- of a new document: who signed the period it is dated into
                                FROM qbo_sync.sign_off o
                                WHERE o.workspace_id = p.workspace_id AND o.realm_id = p.realm_id
                                  AND o.through >= least(k.caspen_date, k.quickbooks_date)
                                ORDER BY o.through, o.id DESC
                                LIMIT 1)) AS sign_off_id,
       k.signed_caspen_total, k.signed_caspen_tax, k.signed_caspen_date,
       k.signed_quickbooks_total, k.signed_quickbooks_tax, k.signed_quickbooks_date,
       k.caspen_total, k.caspen_tax, k.caspen_date, k.quickbooks_total, k.quickbooks_tax, k.quickbooks_date
FROM (SELECT workspace_id, realm_id, max(through) AS through
      FROM qbo_sync.sign_off
      GROUP BY workspace_id, realm_id) p
CROSS JOIN LATERAL (
  SELECT document_kind, document_id, coalesce(n.document_number, s.document_number) AS document_number, s.sign_off_id,
         s.caspen_total AS signed_caspen_total, s.caspen_tax AS signed_caspen_tax, s.caspen_date AS signed_caspen_date,
         s.quickbooks_total AS signed_quickbooks_total, s.quickbooks_tax AS signed_quickbooks_tax,
         s.quickbooks_date AS signed_quickbooks_date,
         n.caspen_total, n.caspen_tax, n.caspen_date, n.quickbooks_total, n.quickbooks_tax, n.quickbooks_date
  FROM (SELECT *
        FROM qbo_sync.signed_document
        WHERE workspace_id = p.workspace_id AND realm_id = p.realm_id AND superseded_by IS NULL) s
  FULL JOIN (SELECT *, coalesce(least(caspen_date, quickbooks_date) <= p.through, false) AS within
             FROM qbo_sync.standing
             WHERE workspace_id = p.workspace_id) n USING (document_kind, document_id)
  WHERE CASE
          WHEN s.sign_off_id IS NULL THEN n.within
          WHEN n.within IS NOT TRUE THEN true
          ELSE (s.caspen_total, s.caspen_tax, s.caspen_date, s.quickbooks_total, s.quickbooks_tax, s.quickbooks_date)
               IS DISTINCT FROM
               (n.caspen_total, n.caspen_tax, n.caspen_date, n.quickbooks_total, n.quickbooks_tax, n.quickbooks_date)
        END
) k;

-- What differs from what was signed, as the last reconciliation found it; emptied by signing again. No signed figures:
-- new in the period. No figures now: in neither system any more.
CREATE TABLE qbo_sync.signed_change (
  workspace_id bigint NOT NULL, realm_id text NOT NULL, document_kind text NOT NULL,
  document_id bigint NOT NULL, document_number text NOT NULL,
  sign_off_id bigint NOT NULL REFERENCES qbo_sync.sign_off,
  signed_caspen_total numeric(14,2), signed_caspen_tax numeric(14,2), signed_caspen_date date,
  signed_quickbooks_total numeric(14,2), signed_quickbooks_tax numeric(14,2), signed_quickbooks_date date,
  caspen_total numeric(14,2), caspen_tax numeric(14,2), caspen_date date,
  quickbooks_total numeric(14,2), quickbooks_tax numeric(14,2), quickbooks_date date,
  first_seen_at timestamptz NOT NULL DEFAULT now(),   -- with these figures
  told_at timestamptz,   -- when people were notified of these figures
  PRIMARY KEY (workspace_id, realm_id, document_kind, document_id)
);
