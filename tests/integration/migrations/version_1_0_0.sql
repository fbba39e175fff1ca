-- A database of version 1.0.0 (commit a588181) after a practice's day: posted, paid on both sides, credited, imported,
-- reconciled three times, signed, changed after signing, accepted, listed, and one answer lost on the way.
-- Made by pg_dump --inserts --no-owner --no-privileges; names and amounts are invented, tokens encrypted with a key
-- that nobody has. Never edited: it is what a migration must be able to read.

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE SCHEMA qbo_sync;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE qbo_sync.acceptance (
    workspace_id bigint NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    facts jsonb NOT NULL,
    version text NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() NOT NULL,
    accepted_by text NOT NULL,
    inactive_customer text,
    caspen_balance numeric(14,2)
);

CREATE UNLOGGED TABLE qbo_sync.comparison (
    workspace_id bigint NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    document_number text NOT NULL,
    quickbooks_id text,
    in_caspen boolean NOT NULL,
    in_quickbooks boolean NOT NULL,
    balance_settled boolean NOT NULL,
    caspen_subtotal numeric(14,2),
    quickbooks_subtotal numeric(14,2),
    caspen_tax numeric(14,2),
    quickbooks_tax numeric(14,2),
    caspen_total numeric(14,2),
    quickbooks_total numeric(14,2),
    caspen_balance numeric(14,2),
    quickbooks_balance numeric(14,2),
    caspen_customer text,
    quickbooks_customer text,
    caspen_date date,
    quickbooks_date date,
    caspen_number text,
    quickbooks_number text,
    invoice_id bigint,
    quickbooks_type text,
    origin text,
    changed jsonb,
    changed_fields integer DEFAULT 0 NOT NULL,
    drifted boolean DEFAULT false NOT NULL,
    accepted boolean DEFAULT false NOT NULL
);

CREATE VIEW qbo_sync.comparison_credit_note AS
 SELECT workspace_id,
    document_kind,
    document_id,
    document_number,
    quickbooks_id,
    in_caspen,
    in_quickbooks,
    balance_settled,
    caspen_subtotal,
    quickbooks_subtotal,
    caspen_tax,
    quickbooks_tax,
    caspen_total,
    quickbooks_total,
    caspen_balance,
    quickbooks_balance,
    caspen_customer,
    quickbooks_customer,
    caspen_date,
    quickbooks_date,
    caspen_number,
    quickbooks_number,
    invoice_id,
    quickbooks_type,
    origin,
    changed,
    changed_fields,
    drifted,
    accepted
   FROM qbo_sync.comparison
  WHERE ((workspace_id = (current_setting('caspen_qbo.workspace'::text))::bigint) AND (document_kind = 'credit_note'::text));

CREATE VIEW qbo_sync.comparison_invoice AS
 SELECT workspace_id,
    document_kind,
    document_id,
    document_number,
    quickbooks_id,
    in_caspen,
    in_quickbooks,
    balance_settled,
    caspen_subtotal,
    quickbooks_subtotal,
    caspen_tax,
    quickbooks_tax,
    caspen_total,
    quickbooks_total,
    caspen_balance,
    quickbooks_balance,
    caspen_customer,
    quickbooks_customer,
    caspen_date,
    quickbooks_date,
    caspen_number,
    quickbooks_number,
    invoice_id,
    quickbooks_type,
    origin,
    changed,
    changed_fields,
    drifted,
    accepted
   FROM qbo_sync.comparison
  WHERE ((workspace_id = (current_setting('caspen_qbo.workspace'::text))::bigint) AND (document_kind = 'invoice'::text));

CREATE VIEW qbo_sync.comparison_payment AS
 SELECT workspace_id,
    document_kind,
    document_id,
    document_number,
    quickbooks_id,
    in_caspen,
    in_quickbooks,
    balance_settled,
    caspen_subtotal,
    quickbooks_subtotal,
    caspen_tax,
    quickbooks_tax,
    caspen_total,
    quickbooks_total,
    caspen_balance,
    quickbooks_balance,
    caspen_customer,
    quickbooks_customer,
    caspen_date,
    quickbooks_date,
    caspen_number,
    quickbooks_number,
    invoice_id,
    quickbooks_type,
    origin,
    changed,
    changed_fields,
    drifted,
    accepted
   FROM qbo_sync.comparison
  WHERE ((workspace_id = (current_setting('caspen_qbo.workspace'::text))::bigint) AND (document_kind = 'payment'::text));

CREATE VIEW qbo_sync.comparison_suspect AS
 SELECT workspace_id,
    document_kind,
    document_id,
    document_number,
    quickbooks_id,
    in_caspen,
    in_quickbooks,
    balance_settled,
    caspen_subtotal,
    quickbooks_subtotal,
    caspen_tax,
    quickbooks_tax,
    caspen_total,
    quickbooks_total,
    caspen_balance,
    quickbooks_balance,
    caspen_customer,
    quickbooks_customer,
    caspen_date,
    quickbooks_date,
    caspen_number,
    quickbooks_number,
    invoice_id,
    quickbooks_type,
    origin,
    changed,
    changed_fields,
    drifted,
    accepted
   FROM qbo_sync.comparison
  WHERE ((NOT in_quickbooks) OR (NOT in_caspen) OR drifted OR (changed_fields > 0) OR (caspen_subtotal IS DISTINCT FROM quickbooks_subtotal) OR (caspen_tax IS DISTINCT FROM quickbooks_tax) OR (caspen_total IS DISTINCT FROM quickbooks_total) OR (balance_settled AND (caspen_balance IS DISTINCT FROM quickbooks_balance)) OR (caspen_customer IS DISTINCT FROM quickbooks_customer) OR (caspen_date IS DISTINCT FROM quickbooks_date) OR (caspen_number IS DISTINCT FROM quickbooks_number));

CREATE TABLE qbo_sync.connection (
    workspace_id bigint NOT NULL,
    realm_id text NOT NULL,
    company_name text,
    country_code text,
    home_currency text,
    first_connected_at timestamp with time zone DEFAULT now() NOT NULL,
    connected_at timestamp with time zone DEFAULT now() NOT NULL,
    disconnected_at timestamp with time zone,
    status text DEFAULT 'connected'::text NOT NULL,
    access_token bytea,
    access_expires_at timestamp with time zone,
    refresh_token bytea,
    previous_refresh_token bytea,
    refresh_issued_at timestamp with time zone,
    refresh_expires_at timestamp with time zone,
    refresh_hard_expires_at timestamp with time zone,
    token_generation integer DEFAULT 0 NOT NULL,
    warned_days integer,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT connection_status_check CHECK ((status = ANY (ARRAY['connected'::text, 'needs_reconnect'::text, 'disconnected'::text])))
);

CREATE TABLE qbo_sync.cursor (
    workspace_id bigint NOT NULL,
    name text NOT NULL,
    "position" timestamp with time zone NOT NULL,
    checkpoints jsonb DEFAULT '[]'::jsonb NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE qbo_sync.customer_link (
    workspace_id bigint NOT NULL,
    realm_id text NOT NULL,
    client_id bigint NOT NULL,
    customer_id text NOT NULL,
    matched_by text NOT NULL,
    note text,
    linked_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT customer_link_matched_by_check CHECK ((matched_by = ANY (ARRAY['name'::text, 'person'::text, 'created'::text])))
);

CREATE TABLE qbo_sync.document (
    workspace_id bigint NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    document_number text NOT NULL,
    invoice_id bigint NOT NULL,
    client_id bigint,
    document_date date,
    subtotal numeric(12,2),
    tax numeric(12,2),
    total numeric(12,2) NOT NULL,
    balance numeric(12,2),
    due_date date,
    caspen_status text NOT NULL,
    finalised boolean NOT NULL,
    wanted text NOT NULL,
    excluded_reason text,
    version text NOT NULL,
    synced_version text,
    released_at timestamp with time zone,
    shown_status text,
    shown_detail text,
    updated_at timestamp with time zone NOT NULL,
    staged_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT document_document_kind_check CHECK ((document_kind = ANY (ARRAY['invoice'::text, 'credit_note'::text, 'payment'::text]))),
    CONSTRAINT document_wanted_check CHECK ((wanted = ANY (ARRAY['present'::text, 'absent'::text, 'as_is'::text])))
);

CREATE TABLE qbo_sync.document_event (
    id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    what text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    who text DEFAULT 'sync'::text NOT NULL
);

ALTER TABLE qbo_sync.document_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME qbo_sync.document_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE qbo_sync.document_link (
    workspace_id bigint NOT NULL,
    realm_id text NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    quickbooks_type text NOT NULL,
    quickbooks_id text NOT NULL,
    doc_number text,
    origin text DEFAULT 'caspen'::text NOT NULL,
    customer_id text,
    sync_token text,
    application_id text,
    caspen_subtotal numeric(14,2),
    caspen_tax numeric(14,2),
    caspen_total numeric(14,2) NOT NULL,
    quickbooks_subtotal numeric(14,2),
    quickbooks_tax numeric(14,2),
    quickbooks_total numeric(14,2),
    as_posted jsonb,
    removed_at timestamp with time zone,
    posted_at timestamp with time zone DEFAULT now() NOT NULL,
    verified_at timestamp with time zone,
    CONSTRAINT document_link_origin_check CHECK ((origin = ANY (ARRAY['caspen'::text, 'quickbooks'::text, 'backfill'::text])))
);

CREATE TABLE qbo_sync.unsynced_invoice (
    id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    document_number text NOT NULL,
    invoice_id bigint NOT NULL,
    error_key text NOT NULL,
    title text NOT NULL,
    detail text NOT NULL,
    fix text NOT NULL,
    cause_ref text DEFAULT ''::text NOT NULL,
    blocks boolean DEFAULT true NOT NULL,
    field text,
    caspen_value text,
    quickbooks_value text,
    delta numeric(14,2),
    fault_code text,
    first_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 1 NOT NULL,
    resolved_at timestamp with time zone,
    resolution text
);

CREATE VIEW qbo_sync.due_document AS
 SELECT workspace_id,
    document_kind,
    document_id,
    document_number,
    invoice_id,
    client_id,
    document_date,
    total,
    wanted,
    version,
    synced_version
   FROM qbo_sync.document d
  WHERE ((excluded_reason IS NULL) AND (wanted <> 'as_is'::text) AND (version IS DISTINCT FROM synced_version) AND (NOT (EXISTS ( SELECT 1
           FROM qbo_sync.unsynced_invoice u
          WHERE ((u.workspace_id = d.workspace_id) AND (u.document_kind = d.document_kind) AND (u.document_id = d.document_id) AND (u.resolved_at IS NULL) AND u.blocks AND ((d.released_at IS NULL) OR (d.released_at <= u.last_seen_at)))))));

CREATE UNLOGGED TABLE qbo_sync.frozen_run (
    workspace_id bigint NOT NULL,
    run_id text NOT NULL,
    realm_id text NOT NULL
);

CREATE TABLE qbo_sync.inactive_customer (
    realm_id text NOT NULL,
    customer_id text NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

CREATE TABLE qbo_sync.migration (
    version_num character varying(32) NOT NULL
);

CREATE UNLOGGED TABLE qbo_sync.not_compared (
    workspace_id bigint NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    document_number text NOT NULL,
    caspen_total numeric(14,2),
    caspen_tax numeric(14,2),
    caspen_date date,
    quickbooks_total numeric(14,2),
    quickbooks_tax numeric(14,2),
    quickbooks_date date
);

CREATE TABLE qbo_sync.oauth_state (
    state_hash text NOT NULL,
    workspace_id bigint NOT NULL,
    username text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE qbo_sync.reconciliation_difference (
    id bigint NOT NULL,
    run_id text NOT NULL,
    workspace_id bigint NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    document_number text NOT NULL,
    field text NOT NULL,
    caspen_value text,
    quickbooks_value text,
    delta numeric(14,2),
    explained boolean DEFAULT false NOT NULL
);

ALTER TABLE qbo_sync.reconciliation_difference ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME qbo_sync.reconciliation_difference_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE qbo_sync.reconciliation_run (
    run_id text NOT NULL,
    workspace_id bigint NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    full_compare boolean DEFAULT false NOT NULL,
    documents_checked bigint,
    differences bigint,
    finalised bigint,
    synced bigint,
    waiting bigint,
    listed bigint,
    excluded bigint,
    success boolean,
    checks jsonb DEFAULT '[]'::jsonb NOT NULL,
    calls jsonb DEFAULT '{}'::jsonb NOT NULL,
    report jsonb DEFAULT '{}'::jsonb NOT NULL,
    signed_at timestamp with time zone,
    signed_by text,
    signed_through date
);

CREATE TABLE qbo_sync.reference_cache (
    realm_id text NOT NULL,
    name text NOT NULL,
    payload jsonb NOT NULL,
    read_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE qbo_sync.request (
    id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    realm_id text NOT NULL,
    run_id text NOT NULL,
    batch_id text NOT NULL,
    bid text NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    step text NOT NULL,
    entity text NOT NULL,
    operation text NOT NULL,
    generation integer NOT NULL,
    version text NOT NULL,
    payload jsonb NOT NULL,
    payload_hash text NOT NULL,
    state text DEFAULT 'prepared'::text NOT NULL,
    quickbooks_id text,
    fault_code text,
    fault_text text,
    intuit_tid text,
    adopted boolean DEFAULT false NOT NULL,
    looks integer DEFAULT 0 NOT NULL,
    prepared_at timestamp with time zone DEFAULT now() NOT NULL,
    answered_at timestamp with time zone,
    looked_at timestamp with time zone,
    CONSTRAINT request_state_check CHECK ((state = ANY (ARRAY['prepared'::text, 'done'::text, 'refused'::text, 'dropped'::text])))
);

ALTER TABLE qbo_sync.request ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME qbo_sync.request_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE qbo_sync.settings (
    workspace_id bigint NOT NULL,
    payment_account_id text NOT NULL,
    service_item_id text NOT NULL,
    product_item_id text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_by text
);

CREATE TABLE qbo_sync.sign_off (
    id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    realm_id text NOT NULL,
    run_id text NOT NULL,
    through date NOT NULL,
    signed_at timestamp with time zone DEFAULT now() NOT NULL,
    signed_by text NOT NULL,
    documents bigint DEFAULT 0 NOT NULL
);

ALTER TABLE qbo_sync.sign_off ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME qbo_sync.sign_off_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE qbo_sync.signed_document (
    sign_off_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    realm_id text NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    document_number text NOT NULL,
    caspen_total numeric(14,2),
    caspen_tax numeric(14,2),
    caspen_date date,
    quickbooks_total numeric(14,2),
    quickbooks_tax numeric(14,2),
    quickbooks_date date,
    superseded_by bigint
);

CREATE VIEW qbo_sync.standing AS
 SELECT comparison.workspace_id,
    comparison.document_kind,
    comparison.document_id,
    comparison.document_number,
        CASE
            WHEN comparison.in_caspen THEN comparison.caspen_total
            ELSE NULL::numeric
        END AS caspen_total,
        CASE
            WHEN comparison.in_caspen THEN comparison.caspen_tax
            ELSE NULL::numeric
        END AS caspen_tax,
        CASE
            WHEN comparison.in_caspen THEN comparison.caspen_date
            ELSE NULL::date
        END AS caspen_date,
        CASE
            WHEN comparison.in_quickbooks THEN comparison.quickbooks_total
            ELSE NULL::numeric
        END AS quickbooks_total,
        CASE
            WHEN comparison.in_quickbooks THEN comparison.quickbooks_tax
            ELSE NULL::numeric
        END AS quickbooks_tax,
        CASE
            WHEN comparison.in_quickbooks THEN comparison.quickbooks_date
            ELSE NULL::date
        END AS quickbooks_date
   FROM qbo_sync.comparison
UNION ALL
 SELECT not_compared.workspace_id,
    not_compared.document_kind,
    not_compared.document_id,
    not_compared.document_number,
    not_compared.caspen_total,
    not_compared.caspen_tax,
    not_compared.caspen_date,
    not_compared.quickbooks_total,
    not_compared.quickbooks_tax,
    not_compared.quickbooks_date
   FROM qbo_sync.not_compared;

CREATE VIEW qbo_sync.signed_apart AS
 SELECT p.workspace_id,
    p.realm_id,
    k.document_kind,
    k.document_id,
    k.document_number,
    COALESCE(k.sign_off_id, ( SELECT o.id
           FROM qbo_sync.sign_off o
          WHERE ((o.workspace_id = p.workspace_id) AND (o.realm_id = p.realm_id) AND (o.through >= LEAST(k.caspen_date, k.quickbooks_date)))
          ORDER BY o.through, o.id DESC
         LIMIT 1)) AS sign_off_id,
    k.signed_caspen_total,
    k.signed_caspen_tax,
    k.signed_caspen_date,
    k.signed_quickbooks_total,
    k.signed_quickbooks_tax,
    k.signed_quickbooks_date,
    k.caspen_total,
    k.caspen_tax,
    k.caspen_date,
    k.quickbooks_total,
    k.quickbooks_tax,
    k.quickbooks_date
   FROM (( SELECT sign_off.workspace_id,
            sign_off.realm_id,
            max(sign_off.through) AS through
           FROM qbo_sync.sign_off
          GROUP BY sign_off.workspace_id, sign_off.realm_id) p
     CROSS JOIN LATERAL ( SELECT document_kind,
            document_id,
            COALESCE(n.document_number, s.document_number) AS document_number,
            s.sign_off_id,
            s.caspen_total AS signed_caspen_total,
            s.caspen_tax AS signed_caspen_tax,
            s.caspen_date AS signed_caspen_date,
            s.quickbooks_total AS signed_quickbooks_total,
            s.quickbooks_tax AS signed_quickbooks_tax,
            s.quickbooks_date AS signed_quickbooks_date,
            n.caspen_total,
            n.caspen_tax,
            n.caspen_date,
            n.quickbooks_total,
            n.quickbooks_tax,
            n.quickbooks_date
           FROM (( SELECT signed_document.sign_off_id,
                    signed_document.workspace_id,
                    signed_document.realm_id,
                    signed_document.document_kind,
                    signed_document.document_id,
                    signed_document.document_number,
                    signed_document.caspen_total,
                    signed_document.caspen_tax,
                    signed_document.caspen_date,
                    signed_document.quickbooks_total,
                    signed_document.quickbooks_tax,
                    signed_document.quickbooks_date,
                    signed_document.superseded_by
                   FROM qbo_sync.signed_document
                  WHERE ((signed_document.workspace_id = p.workspace_id) AND (signed_document.realm_id = p.realm_id) AND (signed_document.superseded_by IS NULL))) s
             FULL JOIN ( SELECT standing.workspace_id,
                    standing.document_kind,
                    standing.document_id,
                    standing.document_number,
                    standing.caspen_total,
                    standing.caspen_tax,
                    standing.caspen_date,
                    standing.quickbooks_total,
                    standing.quickbooks_tax,
                    standing.quickbooks_date,
                    COALESCE((LEAST(standing.caspen_date, standing.quickbooks_date) <= p.through), false) AS within
                   FROM qbo_sync.standing
                  WHERE (standing.workspace_id = p.workspace_id)) n USING (document_kind, document_id))
          WHERE
                CASE
                    WHEN (s.sign_off_id IS NULL) THEN n.within
                    WHEN (n.within IS NOT TRUE) THEN true
                    ELSE ((((((s.caspen_total IS DISTINCT FROM n.caspen_total) OR (s.caspen_tax IS DISTINCT FROM n.caspen_tax)) OR (s.caspen_date IS DISTINCT FROM n.caspen_date)) OR (s.quickbooks_total IS DISTINCT FROM n.quickbooks_total)) OR (s.quickbooks_tax IS DISTINCT FROM n.quickbooks_tax)) OR (s.quickbooks_date IS DISTINCT FROM n.quickbooks_date))
                END) k);

CREATE TABLE qbo_sync.signed_change (
    workspace_id bigint NOT NULL,
    realm_id text NOT NULL,
    document_kind text NOT NULL,
    document_id bigint NOT NULL,
    document_number text NOT NULL,
    sign_off_id bigint NOT NULL,
    signed_caspen_total numeric(14,2),
    signed_caspen_tax numeric(14,2),
    signed_caspen_date date,
    signed_quickbooks_total numeric(14,2),
    signed_quickbooks_tax numeric(14,2),
    signed_quickbooks_date date,
    caspen_total numeric(14,2),
    caspen_tax numeric(14,2),
    caspen_date date,
    quickbooks_total numeric(14,2),
    quickbooks_tax numeric(14,2),
    quickbooks_date date,
    first_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    told_at timestamp with time zone
);

CREATE TABLE qbo_sync.snapshot (
    realm_id text NOT NULL,
    quickbooks_type text NOT NULL,
    quickbooks_id text NOT NULL,
    sync_token text,
    doc_number text,
    customer_id text,
    txn_date date,
    due_date date,
    subtotal numeric(14,2),
    tax numeric(14,2),
    total numeric(14,2),
    balance numeric(14,2),
    facts jsonb,
    gone text,
    changed_at timestamp with time zone,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT snapshot_gone_check CHECK ((gone = ANY (ARRAY['voided'::text, 'deleted'::text])))
);

CREATE TABLE qbo_sync.sync_run (
    run_id text NOT NULL,
    workspace_id bigint NOT NULL,
    job text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    calls jsonb DEFAULT '{}'::jsonb NOT NULL,
    finalised bigint,
    synced bigint,
    waiting bigint,
    listed bigint,
    excluded bigint,
    success boolean,
    message text
);

CREATE TABLE qbo_sync.tax_link (
    workspace_id bigint NOT NULL,
    tax_rate_id bigint NOT NULL,
    tax_code_id text NOT NULL,
    tax_code_name text NOT NULL,
    rate numeric(9,4) NOT NULL,
    linked_at timestamp with time zone DEFAULT now() NOT NULL,
    linked_by text
);

ALTER TABLE qbo_sync.unsynced_invoice ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME qbo_sync.unsynced_invoice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

INSERT INTO qbo_sync.acceptance VALUES (1, 'invoice', 7300003, '{"tax": "9.0", "lines": [{"amount": "90.0", "item_id": "1", "quantity": "1", "unit_price": "90", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [], "taxes": [{"amount": "9.0", "percent": "10"}], "total": "99.0", "balance": "99.0", "deleted": false, "due_date": "2026-12-12", "subtotal": "90.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0003", "sync_token": "1", "updated_at": "2026-11-28T00:54:58-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0003 [caspen:1:invoice:7300003]", "quickbooks_id": "3", "quickbooks_type": "Invoice"}', 'revision 1 2026-11-28T08:54:46.540701+00:00', '2026-11-28 08:54:59.46423+00', 'cli:ann', NULL, 77.00);
INSERT INTO qbo_sync.acceptance VALUES (1, 'invoice', 7300006, '{"tax": "3.0", "lines": [{"amount": "30.0", "item_id": "1", "quantity": "1", "unit_price": "30", "description": "Visit", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [{"amount": null, "txn_id": "11", "txn_type": "Payment"}], "taxes": [{"amount": "3.0", "percent": "10"}], "total": "33.0", "balance": "0", "deleted": false, "due_date": "2026-11-28", "subtotal": "30.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "INV-0006", "sync_token": "1", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "5", "private_note": "Caspen invoice INV-0006 [caspen:1:invoice:7300006]", "quickbooks_id": "7", "quickbooks_type": "Invoice"}', 'revision 1 2026-11-28T08:54:57.635067+00:00', '2026-11-28 08:54:59.506666+00', 'cli:ann', '5', 0.00);

INSERT INTO qbo_sync.comparison VALUES (1, 'credit_note', 610001, 'CN-0001', '8', true, true, true, 40.00, 40.00, 4.00, 4.00, 44.00, 44.00, 0.00, 0.00, '4', '4', '2026-11-28', '2026-11-28', 'CN-0001', 'CN-0001', 7300004, 'CreditMemo', 'caspen', NULL, 0, false, false);
INSERT INTO qbo_sync.comparison VALUES (1, 'invoice', 7300002, 'INV-0002', '2', true, true, true, 60.00, 60.00, 6.00, 6.00, 66.00, 66.00, 66.00, 66.00, '4', '4', '2026-10-31', '2026-10-31', 'INV-0002', 'INV-0002', 7300002, 'Invoice', 'caspen', NULL, 0, false, false);
INSERT INTO qbo_sync.comparison VALUES (1, 'invoice', 7300004, 'INV-0004', '4', true, true, true, 40.00, 40.00, 4.00, 4.00, 44.00, 44.00, 0.00, 0.00, '4', '4', '2026-11-28', '2026-11-28', 'INV-0004', 'INV-0004', 7300004, 'Invoice', 'caspen', NULL, 0, false, false);
INSERT INTO qbo_sync.comparison VALUES (1, 'invoice', 7300005, 'INV-0005', '5', true, true, true, 100.00, 100.00, 0.00, 0.00, 100.00, 100.00, 40.00, 40.00, '4', '4', '2026-11-28', '2026-11-28', 'INV-0005', 'INV-0005', 7300005, 'Invoice', 'caspen', NULL, 0, false, false);
INSERT INTO qbo_sync.comparison VALUES (1, 'invoice', 7300006, 'INV-0006', '7', true, true, true, 30.00, 30.00, 3.00, 3.00, 33.00, 33.00, 0.00, 0.00, '5', '5', '2026-11-28', '2026-11-28', 'INV-0006', 'INV-0006', 7300006, 'Invoice', 'caspen', NULL, 0, false, false);
INSERT INTO qbo_sync.comparison VALUES (1, 'payment', 8800001, 'PAY-0001', '10', true, true, true, NULL, NULL, NULL, NULL, 110.00, 110.00, 0.00, 0.00, '4', '4', '2026-11-28', '2026-11-28', 'PAY-0001', 'PAY-0001', 7300001, 'Payment', 'caspen', NULL, 0, false, false);
INSERT INTO qbo_sync.comparison VALUES (1, 'payment', 8800002, 'PAY-0002', '11', true, true, true, NULL, NULL, NULL, NULL, 33.00, 33.00, 0.00, 0.00, '5', '5', '2026-11-28', '2026-11-28', 'PAY-0002', 'PAY-0002', 7300006, 'Payment', 'caspen', NULL, 0, false, false);
INSERT INTO qbo_sync.comparison VALUES (1, 'payment', 900000001, 'QB-6', '6', true, true, true, NULL, NULL, NULL, NULL, 60.00, 60.00, 0.00, 0.00, NULL, NULL, '2026-11-28', '2026-11-28', NULL, NULL, 7300005, 'Payment', 'quickbooks', NULL, 0, false, false);
INSERT INTO qbo_sync.comparison VALUES (1, 'invoice', 7300001, 'INV-0001', '1', true, true, true, 100.00, 100.00, 10.00, 10.00, 110.00, 110.00, 0.00, 0.00, '4', '4', '2026-10-22', '2026-10-22', 'INV-0001', 'CHANGED-1', 7300001, 'Invoice', 'caspen', '[]', 0, true, false);
INSERT INTO qbo_sync.comparison VALUES (1, 'invoice', 7300003, 'INV-0003', '3', true, true, true, 70.00, 90.00, 7.00, 9.00, 77.00, 99.00, 77.00, 99.00, '4', '4', '2026-11-28', '2026-11-28', 'INV-0003', 'INV-0003', 7300003, 'Invoice', 'caspen', NULL, 0, false, true);

INSERT INTO qbo_sync.connection VALUES (1, '9130000000000001', 'Harbour Street Allied Health', 'AU', 'AUD', '2026-11-28 08:54:46.454624+00', '2026-11-28 08:54:46.454624+00', NULL, 'connected', '\x67414141414142724370625748342d7167766f546e4f704f5075495851726175476948627448305064776d3970354b694e37333151514350584b623938636d66616e744776357761557246504147594235544f3575586a78433938714368534a67634553646e4a776a3769705841324f527873556c495675307650497968577357694f6b58597a474e5f755963584c557a782d4235452d626e3653335452747a64676452386c457833674846323966586d334a5331756f7367514d6c77446f59696564694a67524f58766c67674f57524e4753537a6939555669335f3237725251587833526343446c55313770487745656c475864744974746d32667a46454f73305662615348464b38456e5675543864475a70617763664e776e676949522d766a30737a6a5a49726b3570684f706b5564513449304f4d46776758576e69424d716c54444c5865754f646a5477635a786d7255635475446d5771642d3466716e6e48545a62397679337359517477554f5061617556735a7a4c4d4c30746c6e324131484b33633843594a36773866424f375671585251375f34375566626e4266773d3d', '2026-11-28 09:54:46.393896+00', '\x67414141414142724370625736336a46545a686530334d7858597059585465556a564c5071684357625f5270684939656f4f655353773563736f41736f46747050374b746166386f6a6e464470593548792d6e3064334e364437785a7258595f754275325772594a4b6a4451696547566e52484c6463726d3548454f395648545f3578417a34756a6c4369435151566a73566f6a36446447352d504f526a536745673d3d', NULL, '2026-11-28 08:54:46.454624+00', '2027-03-09 08:54:46.393896+00', '2031-11-27 08:54:46.393896+00', 1, NULL, '2026-11-28 08:54:46.509523+00');

INSERT INTO qbo_sync.cursor VALUES (1, 'quickbooks_payments', '2026-11-28 08:54:58.16+00', '[]', '2026-11-28 08:54:58.214059+00');
INSERT INTO qbo_sync.cursor VALUES (1, 'quickbooks_documents', '2026-11-28 08:54:59.575+00', '[]', '2026-11-28 08:54:59.602583+00');
INSERT INTO qbo_sync.cursor VALUES (1, 'caspen', '2026-11-28 08:54:59.540081+00', '[{"at": "2026-11-28T08:55:00.635826+00:00", "next_number": 1000}]', '2026-11-28 08:55:00.652167+00');

INSERT INTO qbo_sync.customer_link VALUES (1, '9130000000000001', 4180203, '4', 'created', NULL, '2026-11-28 08:54:46.704897+00');
INSERT INTO qbo_sync.customer_link VALUES (1, '9130000000000001', 4180204, '5', 'created', NULL, '2026-11-28 08:54:57.782386+00');

INSERT INTO qbo_sync.document VALUES (1, 'invoice', 7300009, 'INV-0008', 7300009, 4180203, '2026-11-28', 25.00, 2.50, 27.50, 27.50, '2026-12-12', 'open', true, 'present', NULL, 'revision 1 2026-11-28T08:55:00.604595+00:00', NULL, NULL, NULL, NULL, '2026-11-28 08:55:00.604616+00', '2026-11-28 08:55:00.648563+00');
INSERT INTO qbo_sync.document VALUES (1, 'credit_note', 610001, 'CN-0001', 7300004, 4180203, '2026-11-28', 40.00, 4.00, 44.00, NULL, NULL, 'issued', true, 'present', NULL, 'issued 44.00', 'issued 44.00', NULL, 'Synced', NULL, '2026-11-28 08:54:57.930815+00', '2026-11-28 08:54:58.028083+00');
INSERT INTO qbo_sync.document VALUES (1, 'invoice', 7300007, 'INV-0007', 7300007, 4180203, '2026-11-28', 0.00, 0.00, 0.00, 0.00, '2026-12-12', 'open', true, 'present', NULL, 'revision 1 2026-11-28T08:54:57.969026+00:00', NULL, NULL, 'Not synced', 'Create failed: Required param missing', '2026-11-28 08:54:58.067044+00', '2026-11-28 08:54:58.122389+00');
INSERT INTO qbo_sync.document VALUES (1, 'invoice', 7300004, 'INV-0004', 7300004, 4180203, '2026-11-28', 40.00, 4.00, 44.00, 0.00, '2026-12-12', 'paid', true, 'present', NULL, 'revision 1 2026-11-28T08:54:46.544949+00:00', 'revision 1 2026-11-28T08:54:46.544949+00:00', NULL, 'Synced', NULL, '2026-11-28 08:54:57.606825+00', '2026-11-28 08:54:57.689911+00');
INSERT INTO qbo_sync.document VALUES (1, 'invoice', 7300002, 'INV-0002', 7300002, 4180203, '2026-10-31', 60.00, 6.00, 66.00, 66.00, '2026-11-14', 'open', true, 'present', NULL, 'revision 2 2026-11-28T08:54:57.629871+00:00', 'revision 2 2026-11-28T08:54:57.629871+00:00', '2026-11-28 08:54:57.689911+00', 'Synced', NULL, '2026-11-28 08:54:57.629888+00', '2026-11-28 08:54:57.689911+00');
INSERT INTO qbo_sync.document VALUES (1, 'payment', 8800001, 'PAY-0001', 7300001, 4180203, '2026-11-28', NULL, NULL, 110.00, NULL, NULL, 'live', true, 'present', NULL, 'live 110.00 on 7300001', 'live 110.00 on 7300001', NULL, NULL, NULL, '2026-11-28 08:54:57.599529+00', '2026-11-28 08:54:57.689911+00');
INSERT INTO qbo_sync.document VALUES (1, 'payment', 8800002, 'PAY-0002', 7300006, 4180204, '2026-11-28', NULL, NULL, 33.00, NULL, NULL, 'live', true, 'present', NULL, 'live 33.00 on 7300006', 'live 33.00 on 7300006', NULL, NULL, NULL, '2026-11-28 08:54:57.637737+00', '2026-11-28 08:54:57.689911+00');
INSERT INTO qbo_sync.document VALUES (1, 'invoice', 7300008, 'A-NUMBER-OF-THIRTY-CHARACTERS-', 7300008, 4180203, '2026-11-28', 10.00, 1.00, 11.00, 11.00, '2026-12-12', 'open', true, 'present', NULL, 'revision 1 2026-11-28T08:54:57.970787+00:00', NULL, NULL, 'Not synced', 'Number too long', '2026-11-28 08:54:58.06716+00', '2026-11-28 08:54:58.122389+00');
INSERT INTO qbo_sync.document VALUES (1, 'invoice', 7300005, 'INV-0005', 7300005, 4180203, '2026-11-28', 100.00, 0.00, 100.00, 40.00, '2026-12-12', 'open', true, 'present', NULL, 'revision 1 2026-11-28T08:54:46.550088+00:00', 'revision 1 2026-11-28T08:54:46.550088+00:00', NULL, 'Synced', NULL, '2026-11-28 08:54:58.197313+00', '2026-11-28 08:54:58.200574+00');
INSERT INTO qbo_sync.document VALUES (1, 'payment', 900000001, 'QB-6', 7300005, 4180203, '2026-11-28', NULL, NULL, 60.00, NULL, NULL, 'live', true, 'as_is', 'imported', 'live 60.00 on 7300005', NULL, NULL, NULL, NULL, '2026-11-28 08:54:58.196379+00', '2026-11-28 08:54:58.200574+00');
INSERT INTO qbo_sync.document VALUES (1, 'invoice', 7300001, 'INV-0001', 7300001, 4180203, '2026-10-22', 100.00, 10.00, 110.00, 0.00, '2026-11-05', 'paid', true, 'present', NULL, 'revision 1 2026-11-28T08:54:46.532276+00:00', 'revision 1 2026-11-28T08:54:46.532276+00:00', NULL, 'Not synced', 'Changed in QuickBooks', '2026-11-28 08:55:00.590972+00', '2026-11-28 08:55:00.648563+00');
INSERT INTO qbo_sync.document VALUES (1, 'invoice', 7300003, 'INV-0003', 7300003, 4180203, '2026-11-28', 70.00, 7.00, 77.00, 77.00, '2026-12-12', 'open', true, 'present', NULL, 'revision 1 2026-11-28T08:54:46.540701+00:00', 'revision 1 2026-11-28T08:54:46.540701+00:00', NULL, 'Synced', NULL, '2026-11-28 08:55:00.59108+00', '2026-11-28 08:55:00.648563+00');
INSERT INTO qbo_sync.document VALUES (1, 'invoice', 7300006, 'INV-0006', 7300006, 4180204, '2026-11-28', 30.00, 3.00, 33.00, 0.00, '2026-11-28', 'paid', true, 'present', NULL, 'revision 1 2026-11-28T08:54:57.635067+00:00', 'revision 1 2026-11-28T08:54:57.635067+00:00', NULL, 'Synced', NULL, '2026-11-28 08:55:00.591093+00', '2026-11-28 08:55:00.648563+00');

INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (1, 1, 'invoice', 7300001, '2026-11-28 08:54:46.71286+00', 'posted (post)', 'Invoice 1, total 110.00, tid a3d0f06d-045a-47a5-b3de-cd417ca70a85', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (2, 1, 'invoice', 7300002, '2026-11-28 08:54:46.71286+00', 'posted (post)', 'Invoice 2, total 55.00, tid a3d0f06d-045a-47a5-b3de-cd417ca70a85', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (3, 1, 'invoice', 7300003, '2026-11-28 08:54:46.71286+00', 'posted (post)', 'Invoice 3, total 77.00, tid a3d0f06d-045a-47a5-b3de-cd417ca70a85', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (4, 1, 'invoice', 7300004, '2026-11-28 08:54:46.71286+00', 'posted (post)', 'Invoice 4, total 44.00, tid a3d0f06d-045a-47a5-b3de-cd417ca70a85', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (5, 1, 'invoice', 7300005, '2026-11-28 08:54:46.71286+00', 'posted (post)', 'Invoice 5, total 100.00, tid a3d0f06d-045a-47a5-b3de-cd417ca70a85', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (6, 1, 'invoice', 7300006, '2026-11-28 08:54:57.812087+00', 'posted (post)', 'Invoice 7, total 33.00, tid b7706a30-737f-4d28-9321-55f7564578c5', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (7, 1, 'invoice', 7300002, '2026-11-28 08:54:57.812087+00', 'posted (post)', 'Invoice 2, total 66.00, tid b7706a30-737f-4d28-9321-55f7564578c5', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (8, 1, 'credit_note', 610001, '2026-11-28 08:54:57.851928+00', 'posted (post)', 'CreditMemo 8, total 44.00, tid 473c2a9e-c891-45a2-8f30-caa7a88c3c3a', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (9, 1, 'payment', 8800001, '2026-11-28 08:54:57.911258+00', 'posted (post)', 'Payment 10, total 110.00, tid 946bcf59-edd3-4066-a4df-ba5880ede4ae', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (10, 1, 'payment', 8800002, '2026-11-28 08:54:57.911258+00', 'posted (post)', 'Payment 11, total 33.00, tid 946bcf59-edd3-4066-a4df-ba5880ede4ae', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (11, 1, 'payment', 900000001, '2026-11-28 08:54:58.204276+00', 'imported from QuickBooks', 'Payment 6, 60.00', 'sync');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (12, 1, 'invoice', 7300003, '2026-11-28 08:54:59.46423+00', 'accepted as it is in QuickBooks', 'Invoice 3, total 99.00', 'cli:ann');
INSERT INTO qbo_sync.document_event OVERRIDING SYSTEM VALUE VALUES (13, 1, 'invoice', 7300006, '2026-11-28 08:54:59.506666+00', 'accepted as it is in QuickBooks', 'Invoice 7, total 33.00', 'cli:ann');

INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'invoice', 7300001, 'Invoice', '1', 'INV-0001', 'caspen', '4', '1', NULL, 100.00, 10.00, 110.00, 100.00, 10.00, 110.00, '{"tax": "10.0", "lines": [{"amount": "100.0", "item_id": "1", "quantity": "1", "unit_price": "100", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [], "taxes": [{"amount": "10.0", "percent": "10"}], "total": "110.0", "balance": "110.0", "deleted": false, "due_date": "2026-11-05", "subtotal": "100.0", "txn_date": "2026-10-22", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0001", "sync_token": "0", "updated_at": "2026-11-28T00:54:46-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0001 [caspen:1:invoice:7300001]", "quickbooks_id": "1", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:46.71286+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'invoice', 7300002, 'Invoice', '2', 'INV-0002', 'caspen', '4', '1', NULL, 60.00, 6.00, 66.00, 60.00, 6.00, 66.00, '{"tax": "6.0", "lines": [{"amount": "60.0", "item_id": "1", "quantity": "1", "unit_price": "60", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [], "taxes": [{"amount": "6.0", "percent": "10"}], "total": "66.0", "balance": "66.0", "deleted": false, "due_date": "2026-11-14", "subtotal": "60.0", "txn_date": "2026-10-31", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0002", "sync_token": "1", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0002 [caspen:1:invoice:7300002]", "quickbooks_id": "2", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:46.71286+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'invoice', 7300003, 'Invoice', '3', 'INV-0003', 'caspen', '4', '1', NULL, 70.00, 7.00, 77.00, 90.00, 9.00, 99.00, '{"tax": "9.0", "lines": [{"amount": "90.0", "item_id": "1", "quantity": "1", "unit_price": "90", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [], "taxes": [{"amount": "9.0", "percent": "10"}], "total": "99.0", "balance": "99.0", "deleted": false, "due_date": "2026-12-12", "subtotal": "90.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0003", "sync_token": "1", "updated_at": "2026-11-28T00:54:58-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0003 [caspen:1:invoice:7300003]", "quickbooks_id": "3", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:46.71286+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'invoice', 7300004, 'Invoice', '4', 'INV-0004', 'caspen', '4', '1', NULL, 40.00, 4.00, 44.00, 40.00, 4.00, 44.00, '{"tax": "4.0", "lines": [{"amount": "40.0", "item_id": "1", "quantity": "1", "unit_price": "40", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [], "taxes": [{"amount": "4.0", "percent": "10"}], "total": "44.0", "balance": "44.0", "deleted": false, "due_date": "2026-12-12", "subtotal": "40.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0004", "sync_token": "0", "updated_at": "2026-11-28T00:54:46-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0004 [caspen:1:invoice:7300004]", "quickbooks_id": "4", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:46.71286+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'credit_note', 610001, 'CreditMemo', '8', 'CN-0001', 'caspen', '4', '1', '9', 40.00, 4.00, 44.00, 40.00, 4.00, 44.00, '{"tax": "4.0", "lines": [{"amount": "40.0", "item_id": "1", "quantity": "1", "unit_price": "40", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [], "taxes": [{"amount": "4.0", "percent": "10"}], "total": "44.0", "balance": "44.0", "deleted": false, "due_date": null, "subtotal": "40.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "CN-0001", "sync_token": "0", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "Caspen credit note CN-0001 [caspen:1:credit_note:610001]", "quickbooks_id": "8", "quickbooks_type": "CreditMemo"}', NULL, '2026-11-28 08:54:57.851928+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'invoice', 7300005, 'Invoice', '5', 'INV-0005', 'caspen', '4', '1', NULL, 100.00, 0.00, 100.00, 100.00, 0.00, 100.00, '{"tax": "0", "lines": [{"amount": "80.0", "item_id": "1", "quantity": "1", "unit_price": "80", "description": "Consultation", "tax_code_id": "2", "gross_amount": null, "service_date": null}, {"amount": "20.0", "item_id": "1", "quantity": "1", "unit_price": "20", "description": "Consultation", "tax_code_id": "2", "gross_amount": null, "service_date": null}], "links": [], "taxes": [{"amount": "0", "percent": "0"}], "total": "100.0", "balance": "100.0", "deleted": false, "due_date": "2026-12-12", "subtotal": "100.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0005", "sync_token": "0", "updated_at": "2026-11-28T00:54:46-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0005 [caspen:1:invoice:7300005]", "quickbooks_id": "5", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:46.71286+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'invoice', 7300006, 'Invoice', '7', 'INV-0006', 'caspen', '5', '1', NULL, 30.00, 3.00, 33.00, 30.00, 3.00, 33.00, '{"tax": "3.0", "lines": [{"amount": "30.0", "item_id": "1", "quantity": "1", "unit_price": "30", "description": "Visit", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [{"amount": null, "txn_id": "11", "txn_type": "Payment"}], "taxes": [{"amount": "3.0", "percent": "10"}], "total": "33.0", "balance": "0", "deleted": false, "due_date": "2026-11-28", "subtotal": "30.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "INV-0006", "sync_token": "1", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "5", "private_note": "Caspen invoice INV-0006 [caspen:1:invoice:7300006]", "quickbooks_id": "7", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:57.812087+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'payment', 8800001, 'Payment', '10', 'PAY-0001', 'caspen', '4', '0', NULL, NULL, NULL, 110.00, 110.00, 0.00, 110.00, '{"tax": "0", "lines": [], "links": [{"amount": "110.0", "txn_id": "1", "txn_type": "Invoice"}], "taxes": [], "total": "110.0", "balance": "0", "deleted": false, "due_date": null, "subtotal": "110.0", "txn_date": "2026-11-28", "account_id": "3", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "PAY-0001", "sync_token": "0", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "Caspen payment PAY-0001, EFTPOS [caspen:1:payment:8800001]", "quickbooks_id": "10", "quickbooks_type": "Payment"}', NULL, '2026-11-28 08:54:57.911258+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'payment', 8800002, 'Payment', '11', 'PAY-0002', 'caspen', '5', '0', NULL, NULL, NULL, 33.00, 33.00, 0.00, 33.00, '{"tax": "0", "lines": [], "links": [{"amount": "33.0", "txn_id": "7", "txn_type": "Invoice"}], "taxes": [], "total": "33.0", "balance": "0", "deleted": false, "due_date": null, "subtotal": "33.0", "txn_date": "2026-11-28", "account_id": "3", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "PAY-0002", "sync_token": "0", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "5", "private_note": "Caspen payment PAY-0002, EFTPOS [caspen:1:payment:8800002]", "quickbooks_id": "11", "quickbooks_type": "Payment"}', NULL, '2026-11-28 08:54:57.911258+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.document_link VALUES (1, '9130000000000001', 'payment', 900000001, 'Payment', '6', '', 'quickbooks', '4', '0', NULL, NULL, NULL, 60.00, 60.00, 0.00, 60.00, '{"tax": "0", "lines": [], "links": [{"amount": "60.0", "txn_id": "5", "txn_type": "Invoice"}], "taxes": [], "total": "60.0", "balance": "0", "deleted": false, "due_date": null, "subtotal": "60.0", "txn_date": "2026-11-28", "account_id": "4", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "", "sync_token": "0", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "", "quickbooks_id": "6", "quickbooks_type": "Payment"}', NULL, '2026-11-28 08:54:58.204276+00', '2026-11-28 08:54:59.55143+00');

INSERT INTO qbo_sync.frozen_run VALUES (1, 'third', '9130000000000001');

INSERT INTO qbo_sync.inactive_customer VALUES ('9130000000000001', '5', '2026-11-28 08:54:59.55143+00');

INSERT INTO qbo_sync.migration VALUES ('0008_drifted');

INSERT INTO qbo_sync.not_compared VALUES (1, 'invoice', 7300007, 'INV-0007', 0.00, 0.00, '2026-11-28', NULL, NULL, NULL);
INSERT INTO qbo_sync.not_compared VALUES (1, 'invoice', 7300008, 'A-NUMBER-OF-THIRTY-CHARACTERS-', 11.00, 1.00, '2026-11-28', NULL, NULL, NULL);

INSERT INTO qbo_sync.oauth_state VALUES ('51ae6c5ac944cb82fefa0724ecc4b467bf33a3649481b64a552bfd601d0de7fa', 1, 'ann', '2026-11-28 09:10:00.796134+00');

INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (1, 'second', 1, 'invoice', 7300003, 'INV-0003', 'subtotal', '70.00', '90.00', 20.00, false);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (2, 'second', 1, 'invoice', 7300003, 'INV-0003', 'tax', '7.00', '9.00', 2.00, false);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (3, 'second', 1, 'invoice', 7300003, 'INV-0003', 'total', '77.00', '99.00', 22.00, false);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (4, 'second', 1, 'invoice', 7300003, 'INV-0003', 'balance', '77.00', '99.00', 22.00, false);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (5, 'second', 1, 'invoice', 7300003, 'INV-0003', 'line 1 amount', '70.00', '90.00', 20.00, false);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (6, 'second', 1, 'invoice', 7300003, 'INV-0003', 'line 1 unit price', '70.00', '90.00', 20.00, false);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (7, 'second', 1, 'invoice', 7300006, 'INV-0006', 'customer status', 'active', 'inactive', NULL, false);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (8, 'third', 1, 'invoice', 7300001, 'INV-0001', 'number', 'INV-0001', 'CHANGED-1', NULL, false);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (9, 'third', 1, 'invoice', 7300003, 'INV-0003', 'subtotal', '70.00', '90.00', 20.00, true);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (10, 'third', 1, 'invoice', 7300003, 'INV-0003', 'tax', '7.00', '9.00', 2.00, true);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (11, 'third', 1, 'invoice', 7300003, 'INV-0003', 'total', '77.00', '99.00', 22.00, true);
INSERT INTO qbo_sync.reconciliation_difference OVERRIDING SYSTEM VALUE VALUES (12, 'third', 1, 'invoice', 7300003, 'INV-0003', 'balance', '77.00', '99.00', 22.00, true);

INSERT INTO qbo_sync.reconciliation_run VALUES ('first', 1, '2026-11-28 08:54:46.792071+00', '2026-11-28 08:54:57.556009+00', true, 5, 0, 5, 5, 0, 0, 0, true, '[{"kind": "invoice", "name": "rows", "checked": 5, "failing": 0, "success": true, "severity": "critical", "description": "Every frozen invoice is looked at"}, {"kind": "invoice", "name": "unique", "checked": 5, "failing": 0, "success": true, "severity": "critical", "description": "Every invoice is compared once"}, {"kind": "invoice", "name": "subtotal", "checked": 5, "failing": 0, "success": true, "severity": "critical", "description": "The subtotal of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "tax", "checked": 5, "failing": 0, "success": true, "severity": "critical", "description": "The tax of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "total", "checked": 5, "failing": 0, "success": true, "severity": "critical", "description": "The total of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "balance", "checked": 5, "failing": 0, "success": true, "severity": "critical", "description": "The balance of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "customer", "checked": 5, "failing": 0, "success": true, "severity": "warning", "description": "The customer of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "date", "checked": 5, "failing": 0, "success": true, "severity": "warning", "description": "The date of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "number", "checked": 5, "failing": 0, "success": true, "severity": "warning", "description": "The number of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "in_quickbooks", "checked": 5, "failing": 0, "success": true, "severity": "critical", "description": "Every synced invoice is in QuickBooks, neither voided nor deleted"}, {"kind": "invoice", "name": "in_caspen", "checked": 5, "failing": 0, "success": true, "severity": "critical", "description": "No invoice of ours is in QuickBooks twice, or without its Caspen document"}, {"kind": "invoice", "name": "edited", "checked": 5, "failing": 0, "success": true, "severity": "warning", "description": "No other field of a posted invoice was edited in QuickBooks"}]', '{"cdc": 1, "query": 4}', '{"at": "2026-11-28T08:54:57+00:00", "trend": [], "format": 1, "ledger": {"invoice": {"stale": 0, "listed": 0, "synced": 5, "waiting": 0, "excluded": 0, "finalised": 5}, "payment": {"stale": 0, "listed": 0, "synced": 0, "waiting": 0, "excluded": 0, "finalised": 0}, "credit_note": {"stale": 0, "listed": 0, "synced": 0, "waiting": 0, "excluded": 0, "finalised": 0}}, "listed": [], "company": "Harbour Street Allied Health", "compared": {"invoice": 5}, "currency": "AUD", "realm_id": "9130000000000001", "tie_outs": [{"key": "receivables", "rows": [{"delta": "0.00", "label": "Open balances of synced invoices", "caspen": "386.00", "explained": "0.00", "quickbooks": "386.00"}], "items": [], "notes": [], "steps": [], "title": "Accounts receivable", "leads_to": {"label": "What these customers owe in QuickBooks, all in all", "amount": "386.00"}, "explanation": "What clients owe on synced invoices, and from there to what QuickBooks shows that they owe.", "items_in_all": 0}, {"key": "payment_account", "rows": [{"delta": "0.00", "label": "Payments posted from Caspen on synced invoices", "caspen": "0.00", "explained": "0.00", "quickbooks": "0.00"}, {"delta": "0.00", "label": "Payments imported from QuickBooks on synced invoices", "caspen": "0.00", "explained": "0.00", "quickbooks": "0.00"}, {"delta": "0.00", "label": "Together", "total": true, "caspen": "0.00", "explained": "0.00", "quickbooks": "0.00"}], "items": [], "notes": [], "steps": [], "title": "Payment account", "leads_to": {"label": "Payments on the payment account in QuickBooks, since it was connected", "amount": "0.00"}, "explanation": "Money received on synced invoices, and from there to the payments that QuickBooks has on the chosen payment account. Deposits, transfers and sales receipts are not payments and not read.", "items_in_all": 0}, {"key": "credit_notes", "rows": [{"delta": "0.00", "label": "Credit notes issued", "caspen": "0.00", "explained": "0.00", "quickbooks": "0.00"}, {"delta": "0.00", "label": "Not yet used on their invoice", "caspen": "0.00", "explained": "0.00", "quickbooks": "0.00"}], "items": [], "notes": [], "steps": [], "title": "Credit notes", "leads_to": null, "explanation": "Synced credit notes: each should be in QuickBooks for the same amount, and used up on its own invoice.", "items_in_all": 0}, {"key": "tax", "rows": [{"delta": "0.00", "label": "Net sales at GST [1], October 2026", "caspen": "150.00", "explained": "0.00", "quickbooks": "150.00"}, {"delta": "0.00", "label": "Tax at GST [1], October 2026", "caspen": "15.00", "explained": "0.00", "quickbooks": "15.00"}, {"delta": "0.00", "label": "Net sales at GST [1], November 2026", "caspen": "110.00", "explained": "0.00", "quickbooks": "110.00"}, {"delta": "0.00", "label": "Tax at GST [1], November 2026", "caspen": "11.00", "explained": "0.00", "quickbooks": "11.00"}, {"delta": "0.00", "label": "Net sales at GST free [2], November 2026", "caspen": "100.00", "explained": "0.00", "quickbooks": "100.00"}, {"delta": "0.00", "label": "Net sales together, October 2026", "total": true, "caspen": "150.00", "explained": "0.00", "quickbooks": "150.00"}, {"delta": "0.00", "label": "Tax together, October 2026", "total": true, "caspen": "15.00", "explained": "0.00", "quickbooks": "15.00"}, {"delta": "0.00", "label": "Net sales together, November 2026", "total": true, "caspen": "210.00", "explained": "0.00", "quickbooks": "210.00"}, {"delta": "0.00", "label": "Tax together, November 2026", "total": true, "caspen": "11.00", "explained": "0.00", "quickbooks": "11.00"}], "items": [], "notes": [], "steps": [], "title": "Tax by code", "leads_to": null, "explanation": "Synced invoices less credit notes from 1 October 2026 on, each side in the month of its own date.", "items_in_all": 0}], "time_zone": "Australia/Sydney", "workspace": "Harbour Allied Health", "local_date": "2026-11-28", "signed_periods": {"in_all": 0, "changes": [], "sign_offs": []}, "listed_left_off": 0}', '2026-11-28 08:54:57.57439+00', 'airflow:ann', '2026-10-31');
INSERT INTO qbo_sync.reconciliation_run VALUES ('second', 1, '2026-11-28 08:54:58.302096+00', '2026-11-28 08:54:59.422532+00', true, 10, 7, 8, 4, 0, 4, 0, false, '[{"kind": "invoice", "name": "rows", "checked": 6, "failing": 0, "success": true, "severity": "critical", "description": "Every frozen invoice is looked at"}, {"kind": "invoice", "name": "unique", "checked": 6, "failing": 0, "success": true, "severity": "critical", "description": "Every invoice is compared once"}, {"kind": "invoice", "name": "subtotal", "checked": 6, "failing": 1, "success": false, "severity": "critical", "description": "The subtotal of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "tax", "checked": 6, "failing": 1, "success": false, "severity": "critical", "description": "The tax of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "total", "checked": 6, "failing": 1, "success": false, "severity": "critical", "description": "The total of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "balance", "checked": 6, "failing": 1, "success": false, "severity": "critical", "description": "The balance of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "customer", "checked": 6, "failing": 0, "success": true, "severity": "warning", "description": "The customer of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "date", "checked": 6, "failing": 0, "success": true, "severity": "warning", "description": "The date of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "number", "checked": 6, "failing": 0, "success": true, "severity": "warning", "description": "The number of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "in_quickbooks", "checked": 6, "failing": 0, "success": true, "severity": "critical", "description": "Every synced invoice is in QuickBooks, neither voided nor deleted"}, {"kind": "invoice", "name": "in_caspen", "checked": 6, "failing": 0, "success": true, "severity": "critical", "description": "No invoice of ours is in QuickBooks twice, or without its Caspen document"}, {"kind": "invoice", "name": "edited", "checked": 6, "failing": 2, "success": false, "severity": "warning", "description": "No other field of a posted invoice was edited in QuickBooks"}, {"kind": "credit_note", "name": "rows", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "Every frozen credit note is looked at"}, {"kind": "credit_note", "name": "unique", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "Every credit note is compared once"}, {"kind": "credit_note", "name": "subtotal", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "The subtotal of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "tax", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "The tax of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "total", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "The total of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "balance", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "The balance of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "customer", "checked": 1, "failing": 0, "success": true, "severity": "warning", "description": "The customer of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "date", "checked": 1, "failing": 0, "success": true, "severity": "warning", "description": "The date of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "number", "checked": 1, "failing": 0, "success": true, "severity": "warning", "description": "The number of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "in_quickbooks", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "Every synced credit note is in QuickBooks, neither voided nor deleted"}, {"kind": "credit_note", "name": "in_caspen", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "No credit note of ours is in QuickBooks twice, or without its Caspen document"}, {"kind": "credit_note", "name": "edited", "checked": 1, "failing": 0, "success": true, "severity": "warning", "description": "No other field of a posted credit note was edited in QuickBooks"}, {"kind": "payment", "name": "rows", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "Every frozen payment is looked at"}, {"kind": "payment", "name": "unique", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "Every payment is compared once"}, {"kind": "payment", "name": "total", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "The total of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "balance", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "The balance of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "customer", "checked": 3, "failing": 0, "success": true, "severity": "warning", "description": "The customer of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "date", "checked": 3, "failing": 0, "success": true, "severity": "warning", "description": "The date of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "number", "checked": 3, "failing": 0, "success": true, "severity": "warning", "description": "The number of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "in_quickbooks", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "Every synced payment is in QuickBooks, neither voided nor deleted"}, {"kind": "payment", "name": "in_caspen", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "No payment of ours is in QuickBooks twice, or without its Caspen document"}, {"kind": "payment", "name": "edited", "checked": 3, "failing": 0, "success": true, "severity": "warning", "description": "No other field of a posted payment was edited in QuickBooks"}]', '{"cdc": 1, "query": 4}', '{"at": "2026-11-28T08:54:59+00:00", "trend": [{"at": "2026-11-28T08:54:46+00:00", "run_id": "first", "documents": 5, "differences": 0, "unexplained": 0}], "format": 1, "ledger": {"invoice": {"stale": 0, "listed": 4, "synced": 4, "waiting": 0, "excluded": 0, "finalised": 8}, "payment": {"stale": 0, "listed": 0, "synced": 2, "waiting": 0, "excluded": 1, "finalised": 3}, "credit_note": {"stale": 0, "listed": 0, "synced": 1, "waiting": 0, "excluded": 0, "finalised": 1}}, "listed": [{"fix": "Revert it to draft, add a line or delete it, then finalise it again.", "days": 0, "kind": "invoice", "turn": "practice", "delta": null, "field": null, "since": "2026-11-28T08:54:58+00:00", "title": "Create failed: Required param missing", "blocks": true, "detail": "The invoice was finalised without any line.", "number": "INV-0007", "attempts": 1, "cause_ref": "", "error_key": "required_param_missing", "caspen_value": null, "quickbooks_value": null}, {"fix": "Shorten the number in Caspen.", "days": 0, "kind": "invoice", "turn": "practice", "delta": null, "field": null, "since": "2026-11-28T08:54:58+00:00", "title": "Number too long", "blocks": true, "detail": "The number has 30 characters; QuickBooks takes 21.", "number": "A-NUMBER-OF-THIRTY-CHARACTERS-", "attempts": 1, "cause_ref": "", "error_key": "number_too_long", "caspen_value": null, "quickbooks_value": null}, {"fix": "Compare both versions; re-send Caspen''s or accept the change.", "days": 0, "kind": "invoice", "turn": "finance", "delta": "22.00", "field": "total", "since": "2026-11-28T08:54:59+00:00", "title": "Changed in QuickBooks", "blocks": false, "detail": "QuickBooks Invoice 3 was edited there: subtotal: Caspen 70.00, QuickBooks 90.00 (20.00 more in QuickBooks); tax: Caspen 7.00, QuickBooks 9.00 (2.00 more in QuickBooks); total: Caspen 77.00, QuickBooks 99.00 (22.00 more in QuickBooks); balance: Caspen 77.00, QuickBooks 99.00 (22.00 more in QuickBooks); line 1 amount: Caspen 70.00, QuickBooks 90.00 (20.00 more in QuickBooks); line 1 unit price: Caspen 70.00, QuickBooks 90.00 (20.00 more in QuickBooks).", "number": "INV-0003", "attempts": 1, "cause_ref": "", "error_key": "changed_in_quickbooks", "caspen_value": "77.00", "quickbooks_value": "99.00"}, {"fix": "Reactivate it in QuickBooks or choose another, then Retry.", "days": 0, "kind": "invoice", "turn": "finance", "delta": null, "field": "customer status", "since": "2026-11-28T08:54:59+00:00", "title": "Made inactive in QuickBooks", "blocks": false, "detail": "QuickBooks customer 5, on whom Invoice 7 stands, was made inactive there. Payments, credits and changes of this invoice cannot be posted before it is active again; accept it if nothing more is to come.", "number": "INV-0006", "attempts": 1, "cause_ref": "customer:5", "error_key": "inactive_reference", "caspen_value": "active", "quickbooks_value": "inactive"}], "company": "Harbour Street Allied Health", "compared": {"invoice": 6, "payment": 3, "credit_note": 1}, "currency": "AUD", "realm_id": "9130000000000001", "tie_outs": [{"key": "receivables", "rows": [{"delta": "22.00", "label": "Open balances of synced invoices", "caspen": "183.00", "explained": "22.00", "quickbooks": "205.00"}], "items": [{"of": "Open balances of synced invoices", "kind": "invoice", "delta": "22.00", "caspen": "77.00", "number": "INV-0003", "reason": "Changed in QuickBooks", "quickbooks": "99.00"}], "notes": ["Not in these sums on Caspen''s side: 2 finalised invoices that wait or are listed, with 11.00 due in Caspen."], "steps": [], "title": "Accounts receivable", "leads_to": {"label": "What these customers owe in QuickBooks, all in all", "amount": "205.00"}, "explanation": "What clients owe on synced invoices, and from there to what QuickBooks shows that they owe.", "items_in_all": 1}, {"key": "payment_account", "rows": [{"delta": "0.00", "label": "Payments posted from Caspen on synced invoices", "caspen": "143.00", "explained": "0.00", "quickbooks": "143.00"}, {"delta": "0.00", "label": "Payments imported from QuickBooks on synced invoices", "caspen": "60.00", "explained": "0.00", "quickbooks": "60.00"}, {"delta": "0.00", "label": "Together", "total": true, "caspen": "203.00", "explained": "0.00", "quickbooks": "203.00"}], "items": [], "notes": [], "steps": [{"label": "Of these on another account than the chosen payment account", "amount": "-60.00"}], "title": "Payment account", "leads_to": {"label": "Payments on the payment account in QuickBooks, since it was connected", "amount": "143.00"}, "explanation": "Money received on synced invoices, and from there to the payments that QuickBooks has on the chosen payment account. Deposits, transfers and sales receipts are not payments and not read.", "items_in_all": 0}, {"key": "credit_notes", "rows": [{"delta": "0.00", "label": "Credit notes issued", "caspen": "44.00", "explained": "0.00", "quickbooks": "44.00"}, {"delta": "0.00", "label": "Not yet used on their invoice", "caspen": "0.00", "explained": "0.00", "quickbooks": "0.00"}], "items": [], "notes": [], "steps": [], "title": "Credit notes", "leads_to": null, "explanation": "Synced credit notes: each should be in QuickBooks for the same amount, and used up on its own invoice.", "items_in_all": 0}, {"key": "tax", "rows": [{"delta": "0.00", "label": "Net sales at GST [1], October 2026", "caspen": "160.00", "explained": "0.00", "quickbooks": "160.00"}, {"delta": "0.00", "label": "Tax at GST [1], October 2026", "caspen": "16.00", "explained": "0.00", "quickbooks": "16.00"}, {"delta": "20.00", "label": "Net sales at GST [1], November 2026", "caspen": "100.00", "explained": "20.00", "quickbooks": "120.00"}, {"delta": "2.00", "label": "Tax at GST [1], November 2026", "caspen": "10.00", "explained": "2.00", "quickbooks": "12.00"}, {"delta": "0.00", "label": "Net sales at GST free [2], November 2026", "caspen": "100.00", "explained": "0.00", "quickbooks": "100.00"}, {"delta": "0.00", "label": "Net sales together, October 2026", "total": true, "caspen": "160.00", "explained": "0.00", "quickbooks": "160.00"}, {"delta": "0.00", "label": "Tax together, October 2026", "total": true, "caspen": "16.00", "explained": "0.00", "quickbooks": "16.00"}, {"delta": "20.00", "label": "Net sales together, November 2026", "total": true, "caspen": "200.00", "explained": "20.00", "quickbooks": "220.00"}, {"delta": "2.00", "label": "Tax together, November 2026", "total": true, "caspen": "10.00", "explained": "2.00", "quickbooks": "12.00"}], "items": [{"of": "Net sales at GST [1], November 2026", "kind": "invoice", "delta": "20.00", "caspen": "70.00", "number": "INV-0003", "reason": "Changed in QuickBooks", "quickbooks": "90.00"}, {"of": "Tax at GST [1], November 2026", "kind": "invoice", "delta": "2.00", "caspen": "7.00", "number": "INV-0003", "reason": "Changed in QuickBooks", "quickbooks": "9.00"}], "notes": [], "steps": [], "title": "Tax by code", "leads_to": null, "explanation": "Synced invoices less credit notes from 1 October 2026 on, each side in the month of its own date.", "items_in_all": 2}], "time_zone": "Australia/Sydney", "workspace": "Harbour Allied Health", "local_date": "2026-11-28", "signed_periods": {"in_all": 1, "changes": [{"now": {"caspen_tax": "6.00", "caspen_date": "2026-10-31", "caspen_total": "66.00", "quickbooks_tax": "6.00", "quickbooks_date": "2026-10-31", "quickbooks_total": "66.00"}, "kind": "invoice", "since": "2026-11-28T08:54:59+00:00", "number": "INV-0002", "signed": {"caspen_tax": "5.00", "caspen_date": "2026-10-31", "caspen_total": "55.00", "quickbooks_tax": "5.00", "quickbooks_date": "2026-10-31", "quickbooks_total": "55.00"}, "through": "2026-10-31", "signed_at": "2026-11-28T08:54:57+00:00", "signed_by": "airflow:ann"}], "sign_offs": [{"changes": 1, "through": "2026-10-31", "documents": 2, "signed_at": "2026-11-28T08:54:57+00:00", "signed_by": "airflow:ann"}]}, "listed_left_off": 0}', NULL, NULL, NULL);
INSERT INTO qbo_sync.reconciliation_run VALUES ('third', 1, '2026-11-28 08:54:59.551266+00', '2026-11-28 08:55:00.588312+00', true, 10, 5, 8, 5, 0, 3, 0, false, '[{"kind": "invoice", "name": "rows", "checked": 6, "failing": 0, "success": true, "severity": "critical", "description": "Every frozen invoice is looked at"}, {"kind": "invoice", "name": "unique", "checked": 6, "failing": 0, "success": true, "severity": "critical", "description": "Every invoice is compared once"}, {"kind": "invoice", "name": "subtotal", "checked": 6, "failing": 1, "success": false, "severity": "critical", "description": "The subtotal of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "tax", "checked": 6, "failing": 1, "success": false, "severity": "critical", "description": "The tax of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "total", "checked": 6, "failing": 1, "success": false, "severity": "critical", "description": "The total of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "balance", "checked": 6, "failing": 1, "success": false, "severity": "critical", "description": "The balance of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "customer", "checked": 6, "failing": 0, "success": true, "severity": "warning", "description": "The customer of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "date", "checked": 6, "failing": 0, "success": true, "severity": "warning", "description": "The date of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "number", "checked": 6, "failing": 1, "success": false, "severity": "warning", "description": "The number of each invoice is equal in Caspen and QuickBooks"}, {"kind": "invoice", "name": "in_quickbooks", "checked": 6, "failing": 0, "success": true, "severity": "critical", "description": "Every synced invoice is in QuickBooks, neither voided nor deleted"}, {"kind": "invoice", "name": "in_caspen", "checked": 6, "failing": 0, "success": true, "severity": "critical", "description": "No invoice of ours is in QuickBooks twice, or without its Caspen document"}, {"kind": "invoice", "name": "edited", "checked": 6, "failing": 0, "success": true, "severity": "warning", "description": "No other field of a posted invoice was edited in QuickBooks"}, {"kind": "credit_note", "name": "rows", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "Every frozen credit note is looked at"}, {"kind": "credit_note", "name": "unique", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "Every credit note is compared once"}, {"kind": "credit_note", "name": "subtotal", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "The subtotal of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "tax", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "The tax of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "total", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "The total of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "balance", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "The balance of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "customer", "checked": 1, "failing": 0, "success": true, "severity": "warning", "description": "The customer of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "date", "checked": 1, "failing": 0, "success": true, "severity": "warning", "description": "The date of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "number", "checked": 1, "failing": 0, "success": true, "severity": "warning", "description": "The number of each credit note is equal in Caspen and QuickBooks"}, {"kind": "credit_note", "name": "in_quickbooks", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "Every synced credit note is in QuickBooks, neither voided nor deleted"}, {"kind": "credit_note", "name": "in_caspen", "checked": 1, "failing": 0, "success": true, "severity": "critical", "description": "No credit note of ours is in QuickBooks twice, or without its Caspen document"}, {"kind": "credit_note", "name": "edited", "checked": 1, "failing": 0, "success": true, "severity": "warning", "description": "No other field of a posted credit note was edited in QuickBooks"}, {"kind": "payment", "name": "rows", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "Every frozen payment is looked at"}, {"kind": "payment", "name": "unique", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "Every payment is compared once"}, {"kind": "payment", "name": "total", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "The total of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "balance", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "The balance of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "customer", "checked": 3, "failing": 0, "success": true, "severity": "warning", "description": "The customer of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "date", "checked": 3, "failing": 0, "success": true, "severity": "warning", "description": "The date of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "number", "checked": 3, "failing": 0, "success": true, "severity": "warning", "description": "The number of each payment is equal in Caspen and QuickBooks"}, {"kind": "payment", "name": "in_quickbooks", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "Every synced payment is in QuickBooks, neither voided nor deleted"}, {"kind": "payment", "name": "in_caspen", "checked": 3, "failing": 0, "success": true, "severity": "critical", "description": "No payment of ours is in QuickBooks twice, or without its Caspen document"}, {"kind": "payment", "name": "edited", "checked": 3, "failing": 0, "success": true, "severity": "warning", "description": "No other field of a posted payment was edited in QuickBooks"}]', '{"cdc": 1, "query": 4}', '{"at": "2026-11-28T08:55:00+00:00", "trend": [{"at": "2026-11-28T08:54:46+00:00", "run_id": "first", "documents": 5, "differences": 0, "unexplained": 0}, {"at": "2026-11-28T08:54:58+00:00", "run_id": "second", "documents": 10, "differences": 7, "unexplained": 7}], "format": 1, "ledger": {"invoice": {"stale": 0, "listed": 3, "synced": 5, "waiting": 0, "excluded": 0, "finalised": 8}, "payment": {"stale": 0, "listed": 0, "synced": 2, "waiting": 0, "excluded": 1, "finalised": 3}, "credit_note": {"stale": 0, "listed": 0, "synced": 1, "waiting": 0, "excluded": 0, "finalised": 1}}, "listed": [{"fix": "Revert it to draft, add a line or delete it, then finalise it again.", "days": 0, "kind": "invoice", "turn": "practice", "delta": null, "field": null, "since": "2026-11-28T08:54:58+00:00", "title": "Create failed: Required param missing", "blocks": true, "detail": "The invoice was finalised without any line.", "number": "INV-0007", "attempts": 1, "cause_ref": "", "error_key": "required_param_missing", "caspen_value": null, "quickbooks_value": null}, {"fix": "Shorten the number in Caspen.", "days": 0, "kind": "invoice", "turn": "practice", "delta": null, "field": null, "since": "2026-11-28T08:54:58+00:00", "title": "Number too long", "blocks": true, "detail": "The number has 30 characters; QuickBooks takes 21.", "number": "A-NUMBER-OF-THIRTY-CHARACTERS-", "attempts": 1, "cause_ref": "", "error_key": "number_too_long", "caspen_value": null, "quickbooks_value": null}, {"fix": "Compare both versions; re-send Caspen''s or accept the change.", "days": 0, "kind": "invoice", "turn": "finance", "delta": null, "field": "number", "since": "2026-11-28T08:55:00+00:00", "title": "Changed in QuickBooks", "blocks": false, "detail": "QuickBooks Invoice 1 was edited there: number: Caspen INV-0001, QuickBooks CHANGED-1.", "number": "INV-0001", "attempts": 1, "cause_ref": "", "error_key": "changed_in_quickbooks", "caspen_value": "INV-0001", "quickbooks_value": "CHANGED-1"}], "company": "Harbour Street Allied Health", "compared": {"invoice": 6, "payment": 3, "credit_note": 1}, "currency": "AUD", "realm_id": "9130000000000001", "tie_outs": [{"key": "receivables", "rows": [{"delta": "22.00", "label": "Open balances of synced invoices", "caspen": "183.00", "explained": "22.00", "quickbooks": "205.00"}], "items": [{"of": "Open balances of synced invoices", "kind": "invoice", "delta": "22.00", "caspen": "77.00", "number": "INV-0003", "reason": "Accepted by a person", "quickbooks": "99.00"}], "notes": ["Not in these sums on Caspen''s side: 2 finalised invoices that wait or are listed, with 11.00 due in Caspen."], "steps": [], "title": "Accounts receivable", "leads_to": {"label": "What these customers owe in QuickBooks, all in all", "amount": "205.00"}, "explanation": "What clients owe on synced invoices, and from there to what QuickBooks shows that they owe.", "items_in_all": 1}, {"key": "payment_account", "rows": [{"delta": "0.00", "label": "Payments posted from Caspen on synced invoices", "caspen": "143.00", "explained": "0.00", "quickbooks": "143.00"}, {"delta": "0.00", "label": "Payments imported from QuickBooks on synced invoices", "caspen": "60.00", "explained": "0.00", "quickbooks": "60.00"}, {"delta": "0.00", "label": "Together", "total": true, "caspen": "203.00", "explained": "0.00", "quickbooks": "203.00"}], "items": [], "notes": [], "steps": [{"label": "Of these on another account than the chosen payment account", "amount": "-60.00"}], "title": "Payment account", "leads_to": {"label": "Payments on the payment account in QuickBooks, since it was connected", "amount": "143.00"}, "explanation": "Money received on synced invoices, and from there to the payments that QuickBooks has on the chosen payment account. Deposits, transfers and sales receipts are not payments and not read.", "items_in_all": 0}, {"key": "credit_notes", "rows": [{"delta": "0.00", "label": "Credit notes issued", "caspen": "44.00", "explained": "0.00", "quickbooks": "44.00"}, {"delta": "0.00", "label": "Not yet used on their invoice", "caspen": "0.00", "explained": "0.00", "quickbooks": "0.00"}], "items": [], "notes": [], "steps": [], "title": "Credit notes", "leads_to": null, "explanation": "Synced credit notes: each should be in QuickBooks for the same amount, and used up on its own invoice.", "items_in_all": 0}, {"key": "tax", "rows": [{"delta": "0.00", "label": "Net sales at GST [1], October 2026", "caspen": "160.00", "explained": "0.00", "quickbooks": "160.00"}, {"delta": "0.00", "label": "Tax at GST [1], October 2026", "caspen": "16.00", "explained": "0.00", "quickbooks": "16.00"}, {"delta": "20.00", "label": "Net sales at GST [1], November 2026", "caspen": "100.00", "explained": "20.00", "quickbooks": "120.00"}, {"delta": "2.00", "label": "Tax at GST [1], November 2026", "caspen": "10.00", "explained": "2.00", "quickbooks": "12.00"}, {"delta": "0.00", "label": "Net sales at GST free [2], November 2026", "caspen": "100.00", "explained": "0.00", "quickbooks": "100.00"}, {"delta": "0.00", "label": "Net sales together, October 2026", "total": true, "caspen": "160.00", "explained": "0.00", "quickbooks": "160.00"}, {"delta": "0.00", "label": "Tax together, October 2026", "total": true, "caspen": "16.00", "explained": "0.00", "quickbooks": "16.00"}, {"delta": "20.00", "label": "Net sales together, November 2026", "total": true, "caspen": "200.00", "explained": "20.00", "quickbooks": "220.00"}, {"delta": "2.00", "label": "Tax together, November 2026", "total": true, "caspen": "10.00", "explained": "2.00", "quickbooks": "12.00"}], "items": [{"of": "Net sales at GST [1], November 2026", "kind": "invoice", "delta": "20.00", "caspen": "70.00", "number": "INV-0003", "reason": "Accepted by a person", "quickbooks": "90.00"}, {"of": "Tax at GST [1], November 2026", "kind": "invoice", "delta": "2.00", "caspen": "7.00", "number": "INV-0003", "reason": "Accepted by a person", "quickbooks": "9.00"}], "notes": [], "steps": [], "title": "Tax by code", "leads_to": null, "explanation": "Synced invoices less credit notes from 1 October 2026 on, each side in the month of its own date.", "items_in_all": 2}], "time_zone": "Australia/Sydney", "workspace": "Harbour Allied Health", "local_date": "2026-11-28", "signed_periods": {"in_all": 1, "changes": [{"now": {"caspen_tax": "6.00", "caspen_date": "2026-10-31", "caspen_total": "66.00", "quickbooks_tax": "6.00", "quickbooks_date": "2026-10-31", "quickbooks_total": "66.00"}, "kind": "invoice", "since": "2026-11-28T08:54:59+00:00", "number": "INV-0002", "signed": {"caspen_tax": "5.00", "caspen_date": "2026-10-31", "caspen_total": "55.00", "quickbooks_tax": "5.00", "quickbooks_date": "2026-10-31", "quickbooks_total": "55.00"}, "through": "2026-10-31", "signed_at": "2026-11-28T08:54:57+00:00", "signed_by": "airflow:ann"}], "sign_offs": [{"changes": 1, "through": "2026-10-31", "documents": 2, "signed_at": "2026-11-28T08:54:57+00:00", "signed_by": "airflow:ann"}]}, "listed_left_off": 0}', NULL, NULL, NULL);

INSERT INTO qbo_sync.reference_cache VALUES ('9130000000000001', 'CompanyInfo', '{"Id": "1", "Email": {"Address": "accounts@example.com"}, "domain": "QBO", "sparse": false, "Country": "AU", "WebAddr": {}, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "LegalAddr": {"Id": "1", "City": "Sydney", "Line1": "12 Harbour Street", "Country": "AUS", "PostalCode": "2000", "CountrySubDivisionCode": "NSW"}, "LegalName": "Harbour Street Allied Health", "NameValue": [{"Name": "NeoEnabled", "Value": "true"}, {"Name": "SubscriptionStatus", "Value": "PAID"}, {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"}], "SyncToken": "0", "EmployerId": "51824753556", "CompanyAddr": {"Id": "1", "City": "Sydney", "Line1": "12 Harbour Street", "Country": "AUS", "PostalCode": "2000", "CountrySubDivisionCode": "NSW"}, "CompanyName": "Harbour Street Allied Health", "PrimaryPhone": {"FreeFormNumber": "+61 2 5550 1000"}, "DefaultTimeZone": "America/Los_Angeles", "CompanyStartDate": "2024-07-01", "SupportedLanguages": "en", "FiscalYearStartMonth": "July", "CustomerCommunicationAddr": {"Id": "1", "City": "Sydney", "Line1": "12 Harbour Street", "Country": "AUS", "PostalCode": "2000", "CountrySubDivisionCode": "NSW"}}', '2026-11-28 08:54:46.515956+00');
INSERT INTO qbo_sync.reference_cache VALUES ('9130000000000001', 'Preferences', '{"Id": "1", "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxPrefs": {"UsingSalesTax": true, "PartnerTaxEnabled": false}, "SyncToken": "1", "OtherPrefs": {"NameValue": []}, "CurrencyPrefs": {"HomeCurrency": {"name": "Australian Dollar", "value": "AUD"}, "MultiCurrencyEnabled": false}, "SalesFormsPrefs": {"CustomField": [], "AllowDeposit": true, "DefaultTerms": {"value": "3"}, "AllowDiscount": true, "AllowShipping": false, "AllowEstimates": true, "AutoApplyCredit": false, "AllowServiceDate": true, "CustomTxnNumbers": true, "UsingPriceLevels": false, "AutoApplyPayments": true, "EmailCopyToCompany": false, "ETransactionAttachPDF": false, "DefaultDiscountAccount": "14", "UsingProgressInvoicing": false, "ETransactionEnabledStatus": "NotApplicable", "ETransactionPaymentEnabled": false}, "TimeTrackingPrefs": {"UseServices": true, "BillCustomers": false}, "EmailMessagesPrefs": {"InvoiceMessage": {"Subject": "Invoice from Harbour Street Allied Health"}}, "AccountingInfoPrefs": {"TaxYearMonth": "July", "TrackDepartments": false, "UseAccountNumbers": false, "ClassTrackingPerTxn": false, "CustomerTerminology": "Clients", "FirstMonthOfFiscalYear": "July", "ClassTrackingPerTxnLine": false}, "ProductAndServicesPrefs": {"ForSales": true, "ForPurchase": true, "QuantityOnHand": true, "QuantityWithPriceAndRate": true}, "VendorAndPurchasesPrefs": {"TrackingByCustomer": false, "BillableExpenseTracking": false}}', '2026-11-28 08:54:46.515956+00');
INSERT INTO qbo_sync.reference_cache VALUES ('9130000000000001', 'TaxCode', '[{"Id": "1", "Name": "GST", "Active": true, "Hidden": false, "domain": "QBO", "sparse": false, "Taxable": true, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxGroup": true, "SyncToken": "0", "Description": "GST 10%", "SalesTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "GST (sales)", "value": "1"}, "TaxTypeApplicable": "TaxOnAmount"}]}, "TaxCodeConfigType": "SYSTEM_GENERATED", "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "GST (purchases)", "value": "2"}, "TaxTypeApplicable": "TaxOnAmount"}]}}, {"Id": "2", "Name": "GST free", "Active": true, "Hidden": false, "domain": "QBO", "sparse": false, "Taxable": true, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxGroup": true, "SyncToken": "0", "Description": "GST free sales", "SalesTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "GST free (sales)", "value": "3"}, "TaxTypeApplicable": "TaxOnAmount"}]}, "TaxCodeConfigType": "SYSTEM_GENERATED", "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "GST free (purchases)", "value": "4"}, "TaxTypeApplicable": "TaxOnAmount"}]}}, {"Id": "3", "Name": "GST-free exports", "Active": true, "Hidden": false, "domain": "QBO", "sparse": false, "Taxable": true, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxGroup": true, "SyncToken": "0", "Description": "Exports", "SalesTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "GST free exports (sales)", "value": "5"}, "TaxTypeApplicable": "TaxOnAmount"}]}, "TaxCodeConfigType": "SYSTEM_GENERATED", "PurchaseTaxRateList": {"TaxRateDetail": []}}, {"Id": "4", "Name": "Input taxed", "Active": true, "Hidden": false, "domain": "QBO", "sparse": false, "Taxable": true, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxGroup": true, "SyncToken": "0", "Description": "Input taxed", "SalesTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "Input taxed (sales)", "value": "6"}, "TaxTypeApplicable": "TaxOnAmount"}]}, "TaxCodeConfigType": "SYSTEM_GENERATED", "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "Input taxed (purchases)", "value": "7"}, "TaxTypeApplicable": "TaxOnAmount"}]}}, {"Id": "5", "Name": "Out of Scope", "Active": true, "Hidden": false, "domain": "QBO", "sparse": false, "Taxable": true, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxGroup": true, "SyncToken": "0", "Description": "BAS excluded", "SalesTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "NOTAXS", "value": "8"}, "TaxTypeApplicable": "TaxOnAmount"}]}, "TaxCodeConfigType": "SYSTEM_GENERATED", "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "NOTAXP", "value": "9"}, "TaxTypeApplicable": "TaxOnAmount"}]}}, {"Id": "6", "Name": "GST on capital", "Active": true, "Hidden": false, "domain": "QBO", "sparse": false, "Taxable": true, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxGroup": true, "SyncToken": "0", "Description": "Capital purchases", "SalesTaxRateList": {"TaxRateDetail": []}, "TaxCodeConfigType": "SYSTEM_GENERATED", "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "GST on capital", "value": "10"}, "TaxTypeApplicable": "TaxOnAmount"}]}}, {"Id": "7", "Name": "GST-free capital", "Active": true, "Hidden": false, "domain": "QBO", "sparse": false, "Taxable": true, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxGroup": true, "SyncToken": "0", "Description": "Capital purchases, GST free", "SalesTaxRateList": {"TaxRateDetail": []}, "TaxCodeConfigType": "SYSTEM_GENERATED", "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "GST free capital", "value": "11"}, "TaxTypeApplicable": "TaxOnAmount"}]}}, {"Id": "8", "Name": "GST on non-capital", "Active": true, "Hidden": false, "domain": "QBO", "sparse": false, "Taxable": true, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxGroup": true, "SyncToken": "0", "Description": "Purchases", "SalesTaxRateList": {"TaxRateDetail": []}, "TaxCodeConfigType": "SYSTEM_GENERATED", "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "GST on non-capital", "value": "12"}, "TaxTypeApplicable": "TaxOnAmount"}]}}, {"Id": "9", "Name": "GST-free non-capital", "Active": true, "Hidden": false, "domain": "QBO", "sparse": false, "Taxable": true, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "TaxGroup": true, "SyncToken": "0", "Description": "Purchases, GST free", "SalesTaxRateList": {"TaxRateDetail": []}, "TaxCodeConfigType": "SYSTEM_GENERATED", "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxOrder": 0, "TaxRateRef": {"name": "GST free non-capital", "value": "13"}, "TaxTypeApplicable": "TaxOnAmount"}]}}]', '2026-11-28 08:54:46.515956+00');
INSERT INTO qbo_sync.reference_cache VALUES ('9130000000000001', 'TaxRate', '[{"Id": "1", "Name": "GST (sales)", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 10, "SyncToken": "0", "Description": "GST (sales)", "DisplayType": "ReadOnly", "SpecialTaxType": "NONE", "EffectiveTaxRate": [{"RateValue": 10, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "2", "Name": "GST (purchases)", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 10, "SyncToken": "0", "Description": "GST (purchases)", "DisplayType": "ReadOnly", "SpecialTaxType": "NONE", "EffectiveTaxRate": [{"RateValue": 10, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "3", "Name": "GST free (sales)", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 0, "SyncToken": "0", "Description": "GST free (sales)", "DisplayType": "ReadOnly", "SpecialTaxType": "ZERO_RATE", "EffectiveTaxRate": [{"RateValue": 0, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "4", "Name": "GST free (purchases)", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 0, "SyncToken": "0", "Description": "GST free (purchases)", "DisplayType": "ReadOnly", "SpecialTaxType": "ZERO_RATE", "EffectiveTaxRate": [{"RateValue": 0, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "5", "Name": "GST free exports (sales)", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 0, "SyncToken": "0", "Description": "GST free exports (sales)", "DisplayType": "ReadOnly", "SpecialTaxType": "ZERO_RATE", "EffectiveTaxRate": [{"RateValue": 0, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "6", "Name": "Input taxed (sales)", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 0, "SyncToken": "0", "Description": "Input taxed (sales)", "DisplayType": "ReadOnly", "SpecialTaxType": "ZERO_RATE", "EffectiveTaxRate": [{"RateValue": 0, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "7", "Name": "Input taxed (purchases)", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 0, "SyncToken": "0", "Description": "Input taxed (purchases)", "DisplayType": "ReadOnly", "SpecialTaxType": "ZERO_RATE", "EffectiveTaxRate": [{"RateValue": 0, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "8", "Name": "NOTAXS", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 0, "SyncToken": "0", "Description": "NOTAXS", "DisplayType": "ReadOnly", "SpecialTaxType": "ZERO_RATE", "EffectiveTaxRate": [{"RateValue": 0, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "9", "Name": "NOTAXP", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 0, "SyncToken": "0", "Description": "NOTAXP", "DisplayType": "ReadOnly", "SpecialTaxType": "ZERO_RATE", "EffectiveTaxRate": [{"RateValue": 0, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "10", "Name": "GST on capital", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 10, "SyncToken": "0", "Description": "GST on capital", "DisplayType": "ReadOnly", "SpecialTaxType": "NONE", "EffectiveTaxRate": [{"RateValue": 10, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "11", "Name": "GST free capital", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 0, "SyncToken": "0", "Description": "GST free capital", "DisplayType": "ReadOnly", "SpecialTaxType": "ZERO_RATE", "EffectiveTaxRate": [{"RateValue": 0, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "12", "Name": "GST on non-capital", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 10, "SyncToken": "0", "Description": "GST on non-capital", "DisplayType": "ReadOnly", "SpecialTaxType": "NONE", "EffectiveTaxRate": [{"RateValue": 10, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}, {"Id": "13", "Name": "GST free non-capital", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "AgencyRef": {"value": "1"}, "RateValue": 0, "SyncToken": "0", "Description": "GST free non-capital", "DisplayType": "ReadOnly", "SpecialTaxType": "ZERO_RATE", "EffectiveTaxRate": [{"RateValue": 0, "EffectiveDate": "2000-01-01T00:00:00-08:00"}]}]', '2026-11-28 08:54:46.515956+00');
INSERT INTO qbo_sync.reference_cache VALUES ('9130000000000001', 'Item', '[{"Id": "1", "Name": "Initial Consultation", "Type": "Service", "Active": true, "domain": "QBO", "sparse": false, "Taxable": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "UnitPrice": 145, "PurchaseCost": 0, "TrackQtyOnHand": false, "SalesTaxCodeRef": {"value": "2"}, "IncomeAccountRef": {"name": "Consultation Income", "value": "12"}, "FullyQualifiedName": "Initial Consultation"}, {"Id": "2", "Name": "Standard Consultation", "Type": "Service", "Active": true, "domain": "QBO", "sparse": false, "Taxable": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "UnitPrice": 98, "PurchaseCost": 0, "TrackQtyOnHand": false, "SalesTaxCodeRef": {"value": "2"}, "IncomeAccountRef": {"name": "Consultation Income", "value": "12"}, "FullyQualifiedName": "Standard Consultation"}, {"Id": "3", "Name": "Report Writing", "Type": "Service", "Active": true, "domain": "QBO", "sparse": false, "Taxable": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "UnitPrice": 60, "PurchaseCost": 0, "TrackQtyOnHand": false, "SalesTaxCodeRef": {"value": "2"}, "IncomeAccountRef": {"name": "Consultation Income", "value": "12"}, "FullyQualifiedName": "Report Writing"}, {"Id": "4", "Name": "Rounding", "Type": "Service", "Active": true, "domain": "QBO", "sparse": false, "Taxable": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "UnitPrice": 0, "PurchaseCost": 0, "TrackQtyOnHand": false, "IncomeAccountRef": {"name": "Rounding", "value": "15"}, "FullyQualifiedName": "Rounding"}, {"Id": "5", "Name": "Exercise Band", "Type": "NonInventory", "Active": true, "domain": "QBO", "sparse": false, "Taxable": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "UnitPrice": 18.5, "PurchaseCost": 0, "TrackQtyOnHand": false, "IncomeAccountRef": {"name": "Sales of Product Income", "value": "13"}, "ExpenseAccountRef": {"name": "Cost of sales", "value": "16"}, "FullyQualifiedName": "Exercise Band"}, {"Id": "6", "Name": "Lumbar Cushion", "Type": "Inventory", "Active": true, "domain": "QBO", "sparse": false, "Taxable": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "QtyOnHand": 25, "SyncToken": "0", "UnitPrice": 64.95, "InvStartDate": "2024-07-01", "PurchaseCost": 0, "TrackQtyOnHand": true, "AssetAccountRef": {"name": "Inventory Asset", "value": "7"}, "IncomeAccountRef": {"name": "Sales of Product Income", "value": "13"}, "ExpenseAccountRef": {"name": "Cost of sales", "value": "16"}, "FullyQualifiedName": "Lumbar Cushion"}]', '2026-11-28 08:54:46.515956+00');
INSERT INTO qbo_sync.reference_cache VALUES ('9130000000000001', 'Account', '[{"Id": "1", "Name": "Accounts Receivable (A/R)", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Accounts Receivable", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "AccountsReceivable", "Classification": "Asset", "CurrentBalance": 0, "FullyQualifiedName": "Accounts Receivable (A/R)", "CurrentBalanceWithSubAccounts": 0}, {"Id": "2", "Name": "Accounts Payable (A/P)", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Accounts Payable", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "AccountsPayable", "Classification": "Liability", "CurrentBalance": 0, "FullyQualifiedName": "Accounts Payable (A/P)", "CurrentBalanceWithSubAccounts": 0}, {"Id": "3", "Name": "Business Bank Account", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Bank", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "Checking", "Classification": "Asset", "CurrentBalance": 0, "FullyQualifiedName": "Business Bank Account", "CurrentBalanceWithSubAccounts": 0}, {"Id": "4", "Name": "Undeposited Funds", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Other Current Asset", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "UndepositedFunds", "Classification": "Asset", "CurrentBalance": 0, "FullyQualifiedName": "Undeposited Funds", "CurrentBalanceWithSubAccounts": 0}, {"Id": "5", "Name": "Card Clearing", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Other Current Asset", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "OtherCurrentAssets", "Classification": "Asset", "CurrentBalance": 0, "FullyQualifiedName": "Card Clearing", "CurrentBalanceWithSubAccounts": 0}, {"Id": "6", "Name": "Health Fund Clearing", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Other Current Asset", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "OtherCurrentAssets", "Classification": "Asset", "CurrentBalance": 0, "FullyQualifiedName": "Health Fund Clearing", "CurrentBalanceWithSubAccounts": 0}, {"Id": "7", "Name": "Inventory Asset", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Other Current Asset", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "Inventory", "Classification": "Asset", "CurrentBalance": 0, "FullyQualifiedName": "Inventory Asset", "CurrentBalanceWithSubAccounts": 0}, {"Id": "8", "Name": "Furniture and Equipment", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Fixed Asset", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "FurnitureAndFixtures", "Classification": "Asset", "CurrentBalance": 0, "FullyQualifiedName": "Furniture and Equipment", "CurrentBalanceWithSubAccounts": 0}, {"Id": "9", "Name": "Business Credit Card", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Credit Card", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "CreditCard", "Classification": "Liability", "CurrentBalance": 0, "FullyQualifiedName": "Business Credit Card", "CurrentBalanceWithSubAccounts": 0}, {"Id": "10", "Name": "Tax Liabilities Payable", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Other Current Liability", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "GlobalTaxPayable", "Classification": "Liability", "CurrentBalance": 0, "FullyQualifiedName": "Tax Liabilities Payable", "CurrentBalanceWithSubAccounts": 0}, {"Id": "11", "Name": "Retained Earnings", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Equity", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "RetainedEarnings", "Classification": "Equity", "CurrentBalance": 0, "FullyQualifiedName": "Retained Earnings", "CurrentBalanceWithSubAccounts": 0}, {"Id": "12", "Name": "Consultation Income", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Income", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "ServiceFeeIncome", "Classification": "Revenue", "CurrentBalance": 0, "FullyQualifiedName": "Consultation Income", "CurrentBalanceWithSubAccounts": 0}, {"Id": "13", "Name": "Sales of Product Income", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Income", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "SalesOfProductIncome", "Classification": "Revenue", "CurrentBalance": 0, "FullyQualifiedName": "Sales of Product Income", "CurrentBalanceWithSubAccounts": 0}, {"Id": "14", "Name": "Discounts given", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Income", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "DiscountsRefundsGiven", "Classification": "Revenue", "CurrentBalance": 0, "FullyQualifiedName": "Discounts given", "CurrentBalanceWithSubAccounts": 0}, {"Id": "15", "Name": "Rounding", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Income", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "OtherPrimaryIncome", "Classification": "Revenue", "CurrentBalance": 0, "FullyQualifiedName": "Rounding", "CurrentBalanceWithSubAccounts": 0}, {"Id": "16", "Name": "Cost of sales", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Cost of Goods Sold", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "SuppliesMaterialsCogs", "Classification": "Expense", "CurrentBalance": 0, "FullyQualifiedName": "Cost of sales", "CurrentBalanceWithSubAccounts": 0}, {"Id": "17", "Name": "Clinic Supplies", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Expense", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "SuppliesMaterials", "Classification": "Expense", "CurrentBalance": 0, "FullyQualifiedName": "Clinic Supplies", "CurrentBalanceWithSubAccounts": 0}, {"Id": "18", "Name": "Bank charges", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Expense", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "BankCharges", "Classification": "Expense", "CurrentBalance": 0, "FullyQualifiedName": "Bank charges", "CurrentBalanceWithSubAccounts": 0}, {"Id": "19", "Name": "Interest earned", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0", "SubAccount": false, "AccountType": "Other Income", "CurrencyRef": {"name": "Australian Dollar", "value": "AUD"}, "AccountSubType": "InterestEarned", "Classification": "Revenue", "CurrentBalance": 0, "FullyQualifiedName": "Interest earned", "CurrentBalanceWithSubAccounts": 0}]', '2026-11-28 08:54:46.515956+00');
INSERT INTO qbo_sync.reference_cache VALUES ('9130000000000001', 'PaymentMethod', '[{"Id": "1", "Name": "Cash", "Type": "NON_CREDIT_CARD", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0"}, {"Id": "2", "Name": "Cheque", "Type": "NON_CREDIT_CARD", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0"}, {"Id": "3", "Name": "EFTPOS", "Type": "NON_CREDIT_CARD", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0"}, {"Id": "4", "Name": "Direct Deposit", "Type": "NON_CREDIT_CARD", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0"}, {"Id": "5", "Name": "Visa", "Type": "CREDIT_CARD", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0"}, {"Id": "6", "Name": "MasterCard", "Type": "CREDIT_CARD", "Active": true, "domain": "QBO", "sparse": false, "MetaData": {"CreateTime": "2026-11-28T00:54:44-08:00", "LastUpdatedTime": "2026-11-28T00:54:44-08:00"}, "SyncToken": "0"}]', '2026-11-28 08:54:46.515956+00');

INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (1, 1, '9130000000000001', 'post__589c4938cc20', 'bd3f39bdc4af4056b9c07b9101c3acf4', 'i01', 'client', 4180203, 'customer', 'Customer', 'create', 1, 'with e-mail', '{"GivenName": "Ann", "FamilyName": "O''Neil", "DisplayName": "Ann O''Neil (Caspen 80203)", "PrimaryEmailAddr": {"Address": "ann.oneil@example.com"}}', 'eed38ab631b4b4930c9d07e2d5801df8df86bef561787755c2ef4d36a65e213e', 'done', '4', NULL, NULL, 'c1b95f3f-a469-4303-9a38-e3c24adb83f5', false, 0, '2026-11-28 08:54:46.697414+00', '2026-11-28 08:54:46.704897+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (2, 1, '9130000000000001', 'post__589c4938cc20', 'b06d39f76db2c018939b82ea388d6ab9', 'i01', 'invoice', 7300001, 'post', 'Invoice', 'create', 1, 'revision 1 2026-11-28T08:54:46.532276+00:00', '{"Line": [{"Amount": 100.00, "DetailType": "SalesItemLineDetail", "Description": "Consultation", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 100, "TaxCodeRef": {"value": "1"}}}], "DueDate": "2026-11-05", "TxnDate": "2026-10-22", "DocNumber": "INV-0001", "CustomerRef": {"value": "4"}, "PrivateNote": "Caspen invoice INV-0001 [caspen:1:invoice:7300001]", "GlobalTaxCalculation": "TaxExcluded"}', '9749370ffdebbd75c826159803f3caacf99468ea6ca2bc92d129dc12a3e0fc4f', 'done', '1', NULL, NULL, 'a3d0f06d-045a-47a5-b3de-cd417ca70a85', false, 0, '2026-11-28 08:54:46.706896+00', '2026-11-28 08:54:46.71286+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (3, 1, '9130000000000001', 'post__589c4938cc20', 'b06d39f76db2c018939b82ea388d6ab9', 'i02', 'invoice', 7300002, 'post', 'Invoice', 'create', 1, 'revision 1 2026-11-28T08:54:46.537275+00:00', '{"Line": [{"Amount": 50.00, "DetailType": "SalesItemLineDetail", "Description": "Consultation", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 50, "TaxCodeRef": {"value": "1"}}}], "DueDate": "2026-11-14", "TxnDate": "2026-10-31", "DocNumber": "INV-0002", "CustomerRef": {"value": "4"}, "PrivateNote": "Caspen invoice INV-0002 [caspen:1:invoice:7300002]", "GlobalTaxCalculation": "TaxExcluded"}', 'd6a71356e671b16ef4b5e4188810750d31bcf6a95c092a80595bb112c6882cb9', 'done', '2', NULL, NULL, 'a3d0f06d-045a-47a5-b3de-cd417ca70a85', false, 0, '2026-11-28 08:54:46.706896+00', '2026-11-28 08:54:46.71286+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (4, 1, '9130000000000001', 'post__589c4938cc20', 'b06d39f76db2c018939b82ea388d6ab9', 'i03', 'invoice', 7300003, 'post', 'Invoice', 'create', 1, 'revision 1 2026-11-28T08:54:46.540701+00:00', '{"Line": [{"Amount": 70.00, "DetailType": "SalesItemLineDetail", "Description": "Consultation", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 70, "TaxCodeRef": {"value": "1"}}}], "DueDate": "2026-12-12", "TxnDate": "2026-11-28", "DocNumber": "INV-0003", "CustomerRef": {"value": "4"}, "PrivateNote": "Caspen invoice INV-0003 [caspen:1:invoice:7300003]", "GlobalTaxCalculation": "TaxExcluded"}', 'fe21e9444f637373e2e9ee638aad282623fd087cef44f8c6ac468cd1cf82985d', 'done', '3', NULL, NULL, 'a3d0f06d-045a-47a5-b3de-cd417ca70a85', false, 0, '2026-11-28 08:54:46.706896+00', '2026-11-28 08:54:46.71286+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (5, 1, '9130000000000001', 'post__589c4938cc20', 'b06d39f76db2c018939b82ea388d6ab9', 'i04', 'invoice', 7300004, 'post', 'Invoice', 'create', 1, 'revision 1 2026-11-28T08:54:46.544949+00:00', '{"Line": [{"Amount": 40.00, "DetailType": "SalesItemLineDetail", "Description": "Consultation", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 40, "TaxCodeRef": {"value": "1"}}}], "DueDate": "2026-12-12", "TxnDate": "2026-11-28", "DocNumber": "INV-0004", "CustomerRef": {"value": "4"}, "PrivateNote": "Caspen invoice INV-0004 [caspen:1:invoice:7300004]", "GlobalTaxCalculation": "TaxExcluded"}', '85626a9f291e2b6521c149586c7ca1e59331274966014d9897ebade21e8741ea', 'done', '4', NULL, NULL, 'a3d0f06d-045a-47a5-b3de-cd417ca70a85', false, 0, '2026-11-28 08:54:46.706896+00', '2026-11-28 08:54:46.71286+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (6, 1, '9130000000000001', 'post__589c4938cc20', 'b06d39f76db2c018939b82ea388d6ab9', 'i05', 'invoice', 7300005, 'post', 'Invoice', 'create', 1, 'revision 1 2026-11-28T08:54:46.550088+00:00', '{"Line": [{"Amount": 80.00, "DetailType": "SalesItemLineDetail", "Description": "Consultation", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 80, "TaxCodeRef": {"value": "2"}}}, {"Amount": 20.00, "DetailType": "SalesItemLineDetail", "Description": "Consultation", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 20, "TaxCodeRef": {"value": "2"}}}], "DueDate": "2026-12-12", "TxnDate": "2026-11-28", "DocNumber": "INV-0005", "CustomerRef": {"value": "4"}, "PrivateNote": "Caspen invoice INV-0005 [caspen:1:invoice:7300005]", "GlobalTaxCalculation": "TaxExcluded"}', 'e88314c7a54940980c4418b79380ba26fd53a276a7576dab5ad3a981a8ce7562', 'done', '5', NULL, NULL, 'a3d0f06d-045a-47a5-b3de-cd417ca70a85', false, 0, '2026-11-28 08:54:46.706896+00', '2026-11-28 08:54:46.71286+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (7, 1, '9130000000000001', 'post__52429691ac30', 'f140d331a66e545046972866cc8a0f88', 'i01', 'client', 4180204, 'customer', 'Customer', 'create', 1, 'with e-mail', '{"GivenName": "Bea", "FamilyName": "Sample", "DisplayName": "Bea Sample (Caspen 80204)", "PrimaryEmailAddr": {"Address": "bea@example.com"}}', '813ef6b472090f51acd17c7b3f5d537f8b8b9067acec5f322df0cec493be94db', 'done', '5', NULL, NULL, 'a6abfbb6-905e-4554-87be-4dc71fc5fcb4', false, 0, '2026-11-28 08:54:57.769604+00', '2026-11-28 08:54:57.782386+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (8, 1, '9130000000000001', 'post__52429691ac30', 'b7cb74e6ddd23af73c5b849d9e8b7ebc', 'i01', 'invoice', 7300006, 'post', 'Invoice', 'create', 1, 'revision 1 2026-11-28T08:54:57.635067+00:00', '{"Line": [{"Amount": 30.00, "DetailType": "SalesItemLineDetail", "Description": "Visit", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 30, "TaxCodeRef": {"value": "1"}}}], "DueDate": "2026-11-28", "TxnDate": "2026-11-28", "DocNumber": "INV-0006", "CustomerRef": {"value": "5"}, "PrivateNote": "Caspen invoice INV-0006 [caspen:1:invoice:7300006]", "GlobalTaxCalculation": "TaxExcluded"}', '7ccb47505cb4c737d9b03975f8dce6816f85165647386591e20054193e3a31ac', 'done', '7', NULL, NULL, 'b7706a30-737f-4d28-9321-55f7564578c5', false, 0, '2026-11-28 08:54:57.797378+00', '2026-11-28 08:54:57.812087+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (9, 1, '9130000000000001', 'post__52429691ac30', 'b7cb74e6ddd23af73c5b849d9e8b7ebc', 'i02', 'invoice', 7300002, 'post', 'Invoice', 'update', 2, 'revision 2 2026-11-28T08:54:57.629871+00:00', '{"Id": "2", "Line": [{"Amount": 60.00, "DetailType": "SalesItemLineDetail", "Description": "Consultation", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 60, "TaxCodeRef": {"value": "1"}}}], "sparse": false, "DueDate": "2026-11-14", "TxnDate": "2026-10-31", "DocNumber": "INV-0002", "SyncToken": "0", "CustomField": [], "CustomerRef": {"value": "4"}, "EmailStatus": "NotSet", "PrintStatus": "NotSet", "PrivateNote": "Caspen invoice INV-0002 [caspen:1:invoice:7300002]", "GlobalTaxCalculation": "TaxExcluded"}', '69358c9b053d74379e872239c7f195c7157755b1b8cb49f0bf9679a4ac289b6c', 'done', '2', NULL, NULL, 'b7706a30-737f-4d28-9321-55f7564578c5', false, 0, '2026-11-28 08:54:57.797378+00', '2026-11-28 08:54:57.812087+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (10, 1, '9130000000000001', 'post__52429691ac30', 'b126e94ca62d20b40ca455fcaaaae2ff', 'i01', 'credit_note', 610001, 'post', 'CreditMemo', 'create', 1, 'issued 44.00', '{"Line": [{"Amount": 40.00, "DetailType": "SalesItemLineDetail", "Description": "Consultation", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 40, "TaxCodeRef": {"value": "1"}}}], "TxnDate": "2026-11-28", "DocNumber": "CN-0001", "CustomerRef": {"value": "4"}, "PrivateNote": "Caspen credit note CN-0001 [caspen:1:credit_note:610001]", "GlobalTaxCalculation": "TaxExcluded"}', 'e5017a373aef916c14ba44a8433323fd6a18f995ebf75f9f4d3e7175a6c47591', 'done', '8', NULL, NULL, '473c2a9e-c891-45a2-8f30-caa7a88c3c3a', false, 0, '2026-11-28 08:54:57.835773+00', '2026-11-28 08:54:57.851928+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (11, 1, '9130000000000001', 'post__52429691ac30', '25966740dd918784601d416780ef3723', 'i01', 'credit_note', 610001, 'apply', 'Payment', 'create', 1, 'issued 44.00', '{"Line": [{"Amount": 44.0, "LinkedTxn": [{"TxnId": "4", "TxnType": "Invoice"}]}, {"Amount": 44.0, "LinkedTxn": [{"TxnId": "8", "TxnType": "CreditMemo"}]}], "TxnDate": "2026-11-28", "TotalAmt": 0, "CustomerRef": {"value": "4"}, "PrivateNote": "Applies Caspen credit note CN-0001 [caspen:1:application:610001]"}', 'b20672b4db71e6d0c3031f0a1dd54b3d67d3e12b2e031093646471357dcf01d9', 'done', '9', NULL, NULL, '46b1db46-222f-4a0e-9d07-dc9c0bcddf41', false, 0, '2026-11-28 08:54:57.868785+00', '2026-11-28 08:54:57.876637+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (12, 1, '9130000000000001', 'post__52429691ac30', 'b3409ea24d43cbfd134f15de9007cfc4', 'i01', 'payment', 8800001, 'post', 'Payment', 'create', 1, 'live 110.00 on 7300001', '{"Line": [{"Amount": 110.00, "LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]}], "TxnDate": "2026-11-28", "TotalAmt": 110.00, "CustomerRef": {"value": "4"}, "PrivateNote": "Caspen payment PAY-0001, EFTPOS [caspen:1:payment:8800001]", "PaymentRefNum": "PAY-0001", "PaymentMethodRef": {"value": "3"}, "DepositToAccountRef": {"value": "3"}}', 'ac3443e04dcb36babaa6df5512a5189121b8fb2185b1b43af7d93d08cf26f9e4', 'done', '10', NULL, NULL, '946bcf59-edd3-4066-a4df-ba5880ede4ae', false, 0, '2026-11-28 08:54:57.899384+00', '2026-11-28 08:54:57.911258+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (13, 1, '9130000000000001', 'post__52429691ac30', 'b3409ea24d43cbfd134f15de9007cfc4', 'i02', 'payment', 8800002, 'post', 'Payment', 'create', 1, 'live 33.00 on 7300006', '{"Line": [{"Amount": 33.00, "LinkedTxn": [{"TxnId": "7", "TxnType": "Invoice"}]}], "TxnDate": "2026-11-28", "TotalAmt": 33.00, "CustomerRef": {"value": "5"}, "PrivateNote": "Caspen payment PAY-0002, EFTPOS [caspen:1:payment:8800002]", "PaymentRefNum": "PAY-0002", "PaymentMethodRef": {"value": "3"}, "DepositToAccountRef": {"value": "3"}}', 'fc67dadb6157d0bc44fd2d640da223404d20136d16bca5e3faffe2e62215e0b5', 'done', '11', NULL, NULL, '946bcf59-edd3-4066-a4df-ba5880ede4ae', false, 0, '2026-11-28 08:54:57.899384+00', '2026-11-28 08:54:57.911258+00', NULL);
INSERT INTO qbo_sync.request OVERRIDING SYSTEM VALUE VALUES (14, 1, '9130000000000001', 'post__lost', 'ae9532f0e3b6103ece35ec920bab2391', 'i01', 'invoice', 7300009, 'post', 'Invoice', 'create', 1, 'revision 1 2026-11-28T08:55:00.604595+00:00', '{"Line": [{"Amount": 25.00, "DetailType": "SalesItemLineDetail", "Description": "Consultation", "SalesItemLineDetail": {"Qty": 1, "ItemRef": {"value": "1"}, "UnitPrice": 25, "TaxCodeRef": {"value": "1"}}}], "DueDate": "2026-12-12", "TxnDate": "2026-11-28", "DocNumber": "INV-0008", "CustomerRef": {"value": "4"}, "PrivateNote": "Caspen invoice INV-0008 [caspen:1:invoice:7300009]", "GlobalTaxCalculation": "TaxExcluded"}', 'cd689752acbd3def708e4b00b8058482ac1a47e58cafacc803cf5aceb6556356', 'prepared', NULL, NULL, NULL, NULL, false, 0, '2026-11-28 08:55:00.78237+00', NULL, NULL);

INSERT INTO qbo_sync.settings VALUES (1, '3', '1', '5', '2026-11-28 08:54:46.07768+00', 'test');

INSERT INTO qbo_sync.sign_off OVERRIDING SYSTEM VALUE VALUES (1, 1, '9130000000000001', 'first', '2026-10-31', '2026-11-28 08:54:57.57439+00', 'airflow:ann', 2);

INSERT INTO qbo_sync.signed_change VALUES (1, '9130000000000001', 'invoice', 7300002, 'INV-0002', 1, 55.00, 5.00, '2026-10-31', 55.00, 5.00, '2026-10-31', 66.00, 6.00, '2026-10-31', 66.00, 6.00, '2026-10-31', '2026-11-28 08:54:59.390086+00', NULL);

INSERT INTO qbo_sync.signed_document VALUES (1, 1, '9130000000000001', 'invoice', 7300001, 'INV-0001', 110.00, 10.00, '2026-10-22', 110.00, 10.00, '2026-10-22', NULL);
INSERT INTO qbo_sync.signed_document VALUES (1, 1, '9130000000000001', 'invoice', 7300002, 'INV-0002', 55.00, 5.00, '2026-10-31', 55.00, 5.00, '2026-10-31', NULL);

INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Invoice', '2', '1', 'INV-0002', '4', '2026-10-31', '2026-11-14', 60.00, 6.00, 66.00, 66.00, '{"tax": "6.0", "lines": [{"amount": "60.0", "item_id": "1", "quantity": "1", "unit_price": "60", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [], "taxes": [{"amount": "6.0", "percent": "10"}], "total": "66.0", "balance": "66.0", "deleted": false, "due_date": "2026-11-14", "subtotal": "60.0", "txn_date": "2026-10-31", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0002", "sync_token": "1", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0002 [caspen:1:invoice:7300002]", "quickbooks_id": "2", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:57+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Invoice', '3', '1', 'INV-0003', '4', '2026-11-28', '2026-12-12', 90.00, 9.00, 99.00, 99.00, '{"tax": "9.0", "lines": [{"amount": "90.0", "item_id": "1", "quantity": "1", "unit_price": "90", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [], "taxes": [{"amount": "9.0", "percent": "10"}], "total": "99.0", "balance": "99.0", "deleted": false, "due_date": "2026-12-12", "subtotal": "90.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0003", "sync_token": "1", "updated_at": "2026-11-28T00:54:58-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0003 [caspen:1:invoice:7300003]", "quickbooks_id": "3", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:58+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Invoice', '4', '1', 'INV-0004', '4', '2026-11-28', '2026-12-12', 40.00, 4.00, 44.00, 0.00, '{"tax": "4.0", "lines": [{"amount": "40.0", "item_id": "1", "quantity": "1", "unit_price": "40", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [{"amount": null, "txn_id": "9", "txn_type": "Payment"}], "taxes": [{"amount": "4.0", "percent": "10"}], "total": "44.0", "balance": "0", "deleted": false, "due_date": "2026-12-12", "subtotal": "40.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0004", "sync_token": "1", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0004 [caspen:1:invoice:7300004]", "quickbooks_id": "4", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:57+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Invoice', '1', '2', 'CHANGED-1', '4', '2026-10-22', '2026-11-05', 100.00, 10.00, 110.00, 0.00, '{"tax": "10.0", "lines": [{"amount": "100.0", "item_id": "1", "quantity": "1", "unit_price": "100", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [{"amount": null, "txn_id": "10", "txn_type": "Payment"}], "taxes": [{"amount": "10.0", "percent": "10"}], "total": "110.0", "balance": "0", "deleted": false, "due_date": "2026-11-05", "subtotal": "100.0", "txn_date": "2026-10-22", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "CHANGED-1", "sync_token": "2", "updated_at": "2026-11-28T00:54:59-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0001 [caspen:1:invoice:7300001]", "quickbooks_id": "1", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:59+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Payment', '10', '0', 'PAY-0001', '4', '2026-11-28', NULL, 110.00, 0.00, 110.00, 0.00, '{"tax": "0", "lines": [], "links": [{"amount": "110.0", "txn_id": "1", "txn_type": "Invoice"}], "taxes": [], "total": "110.0", "balance": "0", "deleted": false, "due_date": null, "subtotal": "110.0", "txn_date": "2026-11-28", "account_id": "3", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "PAY-0001", "sync_token": "0", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "Caspen payment PAY-0001, EFTPOS [caspen:1:payment:8800001]", "quickbooks_id": "10", "quickbooks_type": "Payment"}', NULL, '2026-11-28 08:54:57+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Invoice', '5', '1', 'INV-0005', '4', '2026-11-28', '2026-12-12', 100.00, 0.00, 100.00, 40.00, '{"tax": "0", "lines": [{"amount": "80.0", "item_id": "1", "quantity": "1", "unit_price": "80", "description": "Consultation", "tax_code_id": "2", "gross_amount": null, "service_date": null}, {"amount": "20.0", "item_id": "1", "quantity": "1", "unit_price": "20", "description": "Consultation", "tax_code_id": "2", "gross_amount": null, "service_date": null}], "links": [{"amount": null, "txn_id": "6", "txn_type": "Payment"}], "taxes": [{"amount": "0", "percent": "0"}], "total": "100.0", "balance": "40.0", "deleted": false, "due_date": "2026-12-12", "subtotal": "100.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:46-08:00", "doc_number": "INV-0005", "sync_token": "1", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "Caspen invoice INV-0005 [caspen:1:invoice:7300005]", "quickbooks_id": "5", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:57+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Invoice', '7', '1', 'INV-0006', '5', '2026-11-28', '2026-11-28', 30.00, 3.00, 33.00, 0.00, '{"tax": "3.0", "lines": [{"amount": "30.0", "item_id": "1", "quantity": "1", "unit_price": "30", "description": "Visit", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [{"amount": null, "txn_id": "11", "txn_type": "Payment"}], "taxes": [{"amount": "3.0", "percent": "10"}], "total": "33.0", "balance": "0", "deleted": false, "due_date": "2026-11-28", "subtotal": "30.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "INV-0006", "sync_token": "1", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "5", "private_note": "Caspen invoice INV-0006 [caspen:1:invoice:7300006]", "quickbooks_id": "7", "quickbooks_type": "Invoice"}', NULL, '2026-11-28 08:54:57+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'CreditMemo', '8', '1', 'CN-0001', '4', '2026-11-28', NULL, 40.00, 4.00, 44.00, 0.00, '{"tax": "4.0", "lines": [{"amount": "40.0", "item_id": "1", "quantity": "1", "unit_price": "40", "description": "Consultation", "tax_code_id": "1", "gross_amount": null, "service_date": null}], "links": [{"amount": null, "txn_id": "9", "txn_type": "Payment"}], "taxes": [{"amount": "4.0", "percent": "10"}], "total": "44.0", "balance": "0", "deleted": false, "due_date": null, "subtotal": "40.0", "txn_date": "2026-11-28", "account_id": "", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "CN-0001", "sync_token": "1", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "Caspen credit note CN-0001 [caspen:1:credit_note:610001]", "quickbooks_id": "8", "quickbooks_type": "CreditMemo"}', NULL, '2026-11-28 08:54:57+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Payment', '6', '0', '', '4', '2026-11-28', NULL, 60.00, 0.00, 60.00, 0.00, '{"tax": "0", "lines": [], "links": [{"amount": "60.0", "txn_id": "5", "txn_type": "Invoice"}], "taxes": [], "total": "60.0", "balance": "0", "deleted": false, "due_date": null, "subtotal": "60.0", "txn_date": "2026-11-28", "account_id": "4", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "", "sync_token": "0", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "", "quickbooks_id": "6", "quickbooks_type": "Payment"}', NULL, '2026-11-28 08:54:57+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Payment', '9', '0', '', '4', '2026-11-28', NULL, 0.00, 0.00, 0.00, 0.00, '{"tax": "0", "lines": [], "links": [{"amount": "44.0", "txn_id": "4", "txn_type": "Invoice"}, {"amount": "44.0", "txn_id": "8", "txn_type": "CreditMemo"}], "taxes": [], "total": "0", "balance": "0", "deleted": false, "due_date": null, "subtotal": "0", "txn_date": "2026-11-28", "account_id": "4", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "", "sync_token": "0", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "4", "private_note": "Applies Caspen credit note CN-0001 [caspen:1:application:610001]", "quickbooks_id": "9", "quickbooks_type": "Payment"}', NULL, '2026-11-28 08:54:57+00', '2026-11-28 08:54:59.55143+00');
INSERT INTO qbo_sync.snapshot VALUES ('9130000000000001', 'Payment', '11', '0', 'PAY-0002', '5', '2026-11-28', NULL, 33.00, 0.00, 33.00, 0.00, '{"tax": "0", "lines": [], "links": [{"amount": "33.0", "txn_id": "7", "txn_type": "Invoice"}], "taxes": [], "total": "33.0", "balance": "0", "deleted": false, "due_date": null, "subtotal": "33.0", "txn_date": "2026-11-28", "account_id": "3", "created_at": "2026-11-28T00:54:57-08:00", "doc_number": "PAY-0002", "sync_token": "0", "updated_at": "2026-11-28T00:54:57-08:00", "customer_id": "5", "private_note": "Caspen payment PAY-0002, EFTPOS [caspen:1:payment:8800002]", "quickbooks_id": "11", "quickbooks_type": "Payment"}', NULL, '2026-11-28 08:54:57+00', '2026-11-28 08:54:59.55143+00');

INSERT INTO qbo_sync.sync_run VALUES ('post__589c4938cc20', 1, 'post', '2026-11-28 08:54:46.577925+00', '2026-11-28 08:54:46.73857+00', '{"staged": 5, "invoices_posted": 5, "statuses_written": 5, "customers_created": 1}', '{"batch": 2, "query": 3}', 5, 5, 0, 0, 0, true, '');
INSERT INTO qbo_sync.sync_run VALUES ('first', 1, 'reconcile', '2026-11-28 08:54:46.769102+00', '2026-11-28 08:54:57.559238+00', '{"healed": 0, "resolved": 0, "verified": 5, "differences": 0, "unexplained": 0, "documents_read": 10, "signed_changes": 0, "documents_checked": 5}', '{"cdc": 1, "query": 4}', 5, 5, 0, 0, 0, true, '5 documents compared, all equal.');
INSERT INTO qbo_sync.sync_run VALUES ('post__52429691ac30', 1, 'post', '2026-11-28 08:54:57.673459+00', '2026-11-28 08:54:57.939177+00', '{"staged": 6, "invoices_posted": 1, "payments_posted": 2, "invoices_updated": 1, "statuses_written": 2, "customers_created": 1, "credit_notes_posted": 1, "credit_notes_applied": 1}', '{"batch": 5, "query": 7}', 6, 6, 0, 0, 0, true, '');
INSERT INTO qbo_sync.sync_run VALUES ('post__b12311b313e6', 1, 'post', '2026-11-28 08:54:58.008183+00', '2026-11-28 08:54:58.074228+00', '{"listed": 2, "staged": 8, "statuses_written": 2, "customers_created": 0}', '{}', 8, 6, 0, 2, 0, true, '');
INSERT INTO qbo_sync.sync_run VALUES ('import__f0e73cce3dc0', 1, 'import', '2026-11-28 08:54:58.104209+00', '2026-11-28 08:54:58.222309+00', '{"listed": 0, "payments_seen": 4, "payments_imported": 1, "allocations_imported": 1}', '{"cdc": 1, "query": 1}', 8, 6, 0, 2, 0, true, '');
INSERT INTO qbo_sync.sync_run VALUES ('second', 1, 'reconcile', '2026-11-28 08:54:58.274503+00', '2026-11-28 08:54:59.429692+00', '{"healed": 0, "listed": 2, "resolved": 0, "verified": 10, "differences": 7, "unexplained": 7, "documents_read": 22, "signed_changes": 1, "statuses_written": 2, "documents_checked": 10}', '{"cdc": 1, "query": 4}', 8, 4, 0, 4, 0, true, '10 documents compared, 7 differences, 0 of them explained by a listed cause.');
INSERT INTO qbo_sync.sync_run VALUES ('third', 1, 'reconcile', '2026-11-28 08:54:59.539439+00', '2026-11-28 08:55:00.594398+00', '{"healed": 0, "listed": 1, "resolved": 0, "verified": 10, "differences": 5, "unexplained": 1, "documents_read": 22, "signed_changes": 1, "statuses_written": 3, "documents_checked": 10}', '{"cdc": 1, "query": 4}', 8, 5, 0, 3, 0, true, '10 documents compared, 5 differences, 4 of them explained by a listed cause.');
INSERT INTO qbo_sync.sync_run VALUES ('post__lost', 1, 'post', '2026-11-28 08:55:00.631587+00', NULL, '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO qbo_sync.tax_link VALUES (1, 31001, '1', 'GST', 10.0000, '2026-11-28 08:54:46.131205+00', 'test');
INSERT INTO qbo_sync.tax_link VALUES (1, 31002, '2', 'GST free', 0.0000, '2026-11-28 08:54:46.154973+00', 'test');

INSERT INTO qbo_sync.unsynced_invoice OVERRIDING SYSTEM VALUE VALUES (1, 1, 'invoice', 7300007, 'INV-0007', 7300007, 'required_param_missing', 'Create failed: Required param missing', 'The invoice was finalised without any line.', 'Revert it to draft, add a line or delete it, then finalise it again.', '', true, NULL, NULL, NULL, NULL, NULL, '2026-11-28 08:54:58.054179+00', '2026-11-28 08:54:58.054179+00', 1, NULL, NULL);
INSERT INTO qbo_sync.unsynced_invoice OVERRIDING SYSTEM VALUE VALUES (2, 1, 'invoice', 7300008, 'A-NUMBER-OF-THIRTY-CHARACTERS-', 7300008, 'number_too_long', 'Number too long', 'The number has 30 characters; QuickBooks takes 21.', 'Shorten the number in Caspen.', '', true, NULL, NULL, NULL, NULL, NULL, '2026-11-28 08:54:58.055798+00', '2026-11-28 08:54:58.055798+00', 1, NULL, NULL);
INSERT INTO qbo_sync.unsynced_invoice OVERRIDING SYSTEM VALUE VALUES (3, 1, 'invoice', 7300003, 'INV-0003', 7300003, 'changed_in_quickbooks', 'Changed in QuickBooks', 'QuickBooks Invoice 3 was edited there: subtotal: Caspen 70.00, QuickBooks 90.00 (20.00 more in QuickBooks); tax: Caspen 7.00, QuickBooks 9.00 (2.00 more in QuickBooks); total: Caspen 77.00, QuickBooks 99.00 (22.00 more in QuickBooks); balance: Caspen 77.00, QuickBooks 99.00 (22.00 more in QuickBooks); line 1 amount: Caspen 70.00, QuickBooks 90.00 (20.00 more in QuickBooks); line 1 unit price: Caspen 70.00, QuickBooks 90.00 (20.00 more in QuickBooks).', 'Compare both versions; re-send Caspen''s or accept the change.', '', false, 'total', '77.00', '99.00', 22.00, NULL, '2026-11-28 08:54:59.390086+00', '2026-11-28 08:54:59.390086+00', 1, '2026-11-28 08:54:59.46423+00', 'accepted by cli:ann');
INSERT INTO qbo_sync.unsynced_invoice OVERRIDING SYSTEM VALUE VALUES (4, 1, 'invoice', 7300006, 'INV-0006', 7300006, 'inactive_reference', 'Made inactive in QuickBooks', 'QuickBooks customer 5, on whom Invoice 7 stands, was made inactive there. Payments, credits and changes of this invoice cannot be posted before it is active again; accept it if nothing more is to come.', 'Reactivate it in QuickBooks or choose another, then Retry.', 'customer:5', false, 'customer status', 'active', 'inactive', NULL, NULL, '2026-11-28 08:54:59.390086+00', '2026-11-28 08:54:59.390086+00', 1, '2026-11-28 08:54:59.506666+00', 'accepted by cli:ann');
INSERT INTO qbo_sync.unsynced_invoice OVERRIDING SYSTEM VALUE VALUES (5, 1, 'invoice', 7300001, 'INV-0001', 7300001, 'changed_in_quickbooks', 'Changed in QuickBooks', 'QuickBooks Invoice 1 was edited there: number: Caspen INV-0001, QuickBooks CHANGED-1.', 'Compare both versions; re-send Caspen''s or accept the change.', '', false, 'number', 'INV-0001', 'CHANGED-1', NULL, NULL, '2026-11-28 08:55:00.560165+00', '2026-11-28 08:55:00.560165+00', 1, NULL, NULL);

SELECT pg_catalog.setval('qbo_sync.document_event_id_seq', 13, true);

SELECT pg_catalog.setval('qbo_sync.reconciliation_difference_id_seq', 12, true);

SELECT pg_catalog.setval('qbo_sync.request_id_seq', 14, true);

SELECT pg_catalog.setval('qbo_sync.sign_off_id_seq', 1, true);

SELECT pg_catalog.setval('qbo_sync.unsynced_invoice_id_seq', 5, true);

ALTER TABLE ONLY qbo_sync.acceptance
    ADD CONSTRAINT acceptance_pkey PRIMARY KEY (workspace_id, document_kind, document_id);

ALTER TABLE ONLY qbo_sync.connection
    ADD CONSTRAINT connection_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY qbo_sync.cursor
    ADD CONSTRAINT cursor_pkey PRIMARY KEY (workspace_id, name);

ALTER TABLE ONLY qbo_sync.customer_link
    ADD CONSTRAINT customer_link_pkey PRIMARY KEY (workspace_id, realm_id, client_id);

ALTER TABLE ONLY qbo_sync.customer_link
    ADD CONSTRAINT customer_link_realm_id_customer_id_key UNIQUE (realm_id, customer_id);

ALTER TABLE ONLY qbo_sync.document_event
    ADD CONSTRAINT document_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY qbo_sync.document_link
    ADD CONSTRAINT document_link_pkey PRIMARY KEY (workspace_id, document_kind, document_id);

ALTER TABLE ONLY qbo_sync.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (workspace_id, document_kind, document_id);

ALTER TABLE ONLY qbo_sync.frozen_run
    ADD CONSTRAINT frozen_run_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY qbo_sync.inactive_customer
    ADD CONSTRAINT inactive_customer_pkey PRIMARY KEY (realm_id, customer_id);

ALTER TABLE ONLY qbo_sync.migration
    ADD CONSTRAINT migration_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY qbo_sync.not_compared
    ADD CONSTRAINT not_compared_pkey PRIMARY KEY (workspace_id, document_kind, document_id);

ALTER TABLE ONLY qbo_sync.oauth_state
    ADD CONSTRAINT oauth_state_pkey PRIMARY KEY (state_hash);

ALTER TABLE ONLY qbo_sync.reconciliation_difference
    ADD CONSTRAINT reconciliation_difference_pkey PRIMARY KEY (id);

ALTER TABLE ONLY qbo_sync.reconciliation_run
    ADD CONSTRAINT reconciliation_run_pkey PRIMARY KEY (run_id, workspace_id);

ALTER TABLE ONLY qbo_sync.reference_cache
    ADD CONSTRAINT reference_cache_pkey PRIMARY KEY (realm_id, name);

ALTER TABLE ONLY qbo_sync.request
    ADD CONSTRAINT request_pkey PRIMARY KEY (id);

ALTER TABLE ONLY qbo_sync.request
    ADD CONSTRAINT request_realm_id_batch_id_bid_key UNIQUE (realm_id, batch_id, bid);

ALTER TABLE ONLY qbo_sync.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY qbo_sync.sign_off
    ADD CONSTRAINT sign_off_pkey PRIMARY KEY (id);

ALTER TABLE ONLY qbo_sync.signed_change
    ADD CONSTRAINT signed_change_pkey PRIMARY KEY (workspace_id, realm_id, document_kind, document_id);

ALTER TABLE ONLY qbo_sync.signed_document
    ADD CONSTRAINT signed_document_pkey PRIMARY KEY (workspace_id, realm_id, document_kind, document_id, sign_off_id);

ALTER TABLE ONLY qbo_sync.snapshot
    ADD CONSTRAINT snapshot_pkey PRIMARY KEY (realm_id, quickbooks_type, quickbooks_id);

ALTER TABLE ONLY qbo_sync.sync_run
    ADD CONSTRAINT sync_run_pkey PRIMARY KEY (run_id, workspace_id, job);

ALTER TABLE ONLY qbo_sync.tax_link
    ADD CONSTRAINT tax_link_pkey PRIMARY KEY (workspace_id, tax_rate_id);

ALTER TABLE ONLY qbo_sync.unsynced_invoice
    ADD CONSTRAINT unsynced_invoice_pkey PRIMARY KEY (id);

CREATE INDEX comparison_drifted ON qbo_sync.comparison USING btree (workspace_id, document_kind, document_id) WHERE drifted;

CREATE INDEX comparison_suspect_document ON qbo_sync.comparison USING btree (workspace_id, document_kind, document_id) WHERE ((NOT in_quickbooks) OR (NOT in_caspen) OR drifted OR (changed_fields > 0) OR (caspen_subtotal IS DISTINCT FROM quickbooks_subtotal) OR (caspen_tax IS DISTINCT FROM quickbooks_tax) OR (caspen_total IS DISTINCT FROM quickbooks_total) OR (balance_settled AND (caspen_balance IS DISTINCT FROM quickbooks_balance)) OR (caspen_customer IS DISTINCT FROM quickbooks_customer) OR (caspen_date IS DISTINCT FROM quickbooks_date) OR (caspen_number IS DISTINCT FROM quickbooks_number));

CREATE INDEX comparison_workspace ON qbo_sync.comparison USING brin (workspace_id) WITH (pages_per_range='128');

CREATE UNIQUE INDEX connection_realm ON qbo_sync.connection USING btree (realm_id) WHERE (status <> 'disconnected'::text);

CREATE INDEX document_event_document ON qbo_sync.document_event USING btree (workspace_id, document_kind, document_id, id);

CREATE INDEX document_invoice ON qbo_sync.document USING btree (workspace_id, invoice_id);

CREATE INDEX document_link_imported ON qbo_sync.document_link USING btree (workspace_id) WHERE (origin = 'quickbooks'::text);

CREATE INDEX document_link_lookup ON qbo_sync.document_link USING btree (realm_id, quickbooks_type, quickbooks_id);

CREATE UNIQUE INDEX document_link_quickbooks ON qbo_sync.document_link USING btree (realm_id, quickbooks_type, quickbooks_id) WHERE (origin <> 'quickbooks'::text);

CREATE INDEX document_number ON qbo_sync.document USING btree (workspace_id, document_number);

CREATE INDEX document_work ON qbo_sync.document USING btree (workspace_id, document_kind, document_id) WHERE ((excluded_reason IS NULL) AND (wanted <> 'as_is'::text) AND (version IS DISTINCT FROM synced_version));

CREATE INDEX reconciliation_difference_run ON qbo_sync.reconciliation_difference USING btree (workspace_id, run_id, document_kind, document_id);

CREATE INDEX request_document ON qbo_sync.request USING btree (workspace_id, document_kind, document_id, id);

CREATE INDEX request_in_doubt ON qbo_sync.request USING btree (workspace_id) WHERE (state = 'prepared'::text);

CREATE INDEX request_run ON qbo_sync.request USING btree (workspace_id, run_id);

CREATE INDEX sign_off_through ON qbo_sync.sign_off USING btree (workspace_id, realm_id, through, id);

CREATE INDEX signed_document_superseded ON qbo_sync.signed_document USING btree (superseded_by) WHERE (superseded_by IS NOT NULL);

CREATE INDEX sync_run_latest ON qbo_sync.sync_run USING btree (workspace_id, job, started_at DESC);

CREATE INDEX unsynced_invoice_id ON qbo_sync.unsynced_invoice USING btree (workspace_id, invoice_id) WHERE (resolved_at IS NULL);

CREATE INDEX unsynced_list ON qbo_sync.unsynced_invoice USING btree (workspace_id, error_key, cause_ref, first_seen_at) WHERE (resolved_at IS NULL);

CREATE UNIQUE INDEX unsynced_open ON qbo_sync.unsynced_invoice USING btree (workspace_id, document_kind, document_id, error_key) WHERE (resolved_at IS NULL);

CREATE INDEX unsynced_since ON qbo_sync.unsynced_invoice USING btree (workspace_id, first_seen_at, id) WHERE (resolved_at IS NULL);

ALTER TABLE ONLY qbo_sync.reconciliation_difference
    ADD CONSTRAINT reconciliation_difference_run_id_workspace_id_fkey FOREIGN KEY (run_id, workspace_id) REFERENCES qbo_sync.reconciliation_run(run_id, workspace_id) ON DELETE CASCADE;

ALTER TABLE ONLY qbo_sync.signed_change
    ADD CONSTRAINT signed_change_sign_off_id_fkey FOREIGN KEY (sign_off_id) REFERENCES qbo_sync.sign_off(id);

