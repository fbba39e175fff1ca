-- What a run has to look at, found without reading what is done; and the ledger's counters.

-- Looked at together with its link in QuickBooks, and nothing is left to show or to import of it, until it changes. Of
-- documents that were taken out again and of imported payments: of those the document alone does not say so.
ALTER TABLE qbo_sync.document ADD COLUMN at_rest boolean NOT NULL DEFAULT false;
CREATE FUNCTION qbo_sync.wake_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at_rest := false;
  RETURN NEW;
END $$;
CREATE TRIGGER document_wakes BEFORE UPDATE ON qbo_sync.document FOR EACH ROW
WHEN (OLD.at_rest
      AND (OLD.finalised <> NEW.finalised OR OLD.wanted <> NEW.wanted OR OLD.excluded_reason IS DISTINCT FROM NEW.excluded_reason
           OR OLD.version <> NEW.version OR OLD.synced_version IS DISTINCT FROM NEW.synced_version
           OR OLD.shown_status IS DISTINCT FROM NEW.shown_status OR OLD.shown_detail IS DISTINCT FROM NEW.shown_detail))
EXECUTE FUNCTION qbo_sync.wake_document();

-- Documents whose card in Caspen may not be as it should, by themselves: the others can only be by an open row.
CREATE VIEW qbo_sync.unsettled_document AS
SELECT * FROM qbo_sync.document
WHERE document_kind IN ('invoice', 'credit_note')
  AND CASE
        WHEN shown_detail IS NOT NULL THEN true
        WHEN excluded_reason = 'never_synced' THEN shown_status <> 'Not synced' AND NOT at_rest
        WHEN excluded_reason IS NOT NULL THEN shown_status <> 'Not synced'
        WHEN wanted = 'as_is' THEN false
        WHEN version = synced_version THEN shown_status IS DISTINCT FROM 'Synced'
        ELSE true
      END;
CREATE INDEX document_unsettled ON qbo_sync.document (workspace_id, document_kind, document_id)
WHERE document_kind IN ('invoice', 'credit_note')
  AND CASE
        WHEN shown_detail IS NOT NULL THEN true
        WHEN excluded_reason = 'never_synced' THEN shown_status <> 'Not synced' AND NOT at_rest
        WHEN excluded_reason IS NOT NULL THEN shown_status <> 'Not synced'
        WHEN wanted = 'as_is' THEN false
        WHEN version = synced_version THEN shown_status IS DISTINCT FROM 'Synced'
        ELSE true
      END;
CREATE INDEX document_import_unsettled ON qbo_sync.document (workspace_id, invoice_id)
WHERE document_kind = 'payment' AND excluded_reason = 'imported' AND NOT at_rest;
CREATE INDEX document_stale ON qbo_sync.document (workspace_id, document_kind, document_id)
WHERE NOT finalised AND wanted = 'as_is' AND excluded_reason IS NULL;

-- The few documents of a practice that each of these indexes has. PostgreSQL cannot estimate how few their conditions
-- leave, and would read the whole table for them, or join them with all of another. A plain index scan also clears the
-- index of what left it: bitmaps would read that again until the next vacuum of the whole table.
CREATE FUNCTION qbo_sync.unsettled_documents(workspace bigint) RETURNS SETOF qbo_sync.unsettled_document
LANGUAGE sql STABLE ROWS 100 SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  SELECT * FROM qbo_sync.unsettled_document WHERE workspace_id = workspace
$$;
CREATE FUNCTION qbo_sync.unsettled_imports(workspace bigint) RETURNS SETOF qbo_sync.document
LANGUAGE sql STABLE ROWS 100 SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  SELECT * FROM qbo_sync.document
  WHERE workspace_id = workspace AND document_kind = 'payment' AND excluded_reason = 'imported' AND NOT at_rest
$$;
CREATE FUNCTION qbo_sync.undone_documents(workspace bigint) RETURNS SETOF qbo_sync.document
LANGUAGE sql STABLE ROWS 100 SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  SELECT * FROM qbo_sync.document
  WHERE workspace_id = workspace AND excluded_reason IS NULL AND wanted <> 'as_is' AND version IS DISTINCT FROM synced_version
$$;
CREATE FUNCTION qbo_sync.stale_documents(workspace bigint) RETURNS SETOF qbo_sync.document
LANGUAGE sql STABLE ROWS 100 SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  SELECT * FROM qbo_sync.document
  WHERE workspace_id = workspace AND NOT finalised AND wanted = 'as_is' AND excluded_reason IS NULL
$$;

-- Other tables that grow with a practice's past: what is recent or open in them.
CREATE INDEX sync_run_open ON qbo_sync.sync_run (workspace_id) WHERE finished_at IS NULL;
CREATE INDEX unsynced_synced ON qbo_sync.unsynced_invoice (workspace_id, resolved_at) WHERE resolution = 'synced';
CREATE INDEX document_link_removed ON qbo_sync.document_link (workspace_id, realm_id, quickbooks_type, lower(doc_number))
WHERE removed_at IS NOT NULL;
CREATE INDEX document_link_posted ON qbo_sync.document_link (workspace_id, posted_at) WHERE document_kind = 'invoice';
CREATE INDEX snapshot_seen ON qbo_sync.snapshot (realm_id, seen_at) WHERE quickbooks_type = 'Payment';

-- The ledger's columns that a document's own row decides, each by its own condition, as numbers to be added up.
CREATE FUNCTION qbo_sync.ledger_part(finalised boolean, excluded_reason text, version text, synced_version text)
RETURNS TABLE (finalised int, in_place int, excluded int, historical int) LANGUAGE sql IMMUTABLE AS $$
  SELECT $1::int,
         ($1 AND $2 IS NULL AND $3 IS NOT DISTINCT FROM $4)::int,
         ($1 AND $2 IS NOT NULL)::int,
         ($1 AND $2 IS NOT DISTINCT FROM 'historical')::int
$$;
-- How many documents there are of each, with what has changed since: one count is their sum.
CREATE TABLE qbo_sync.ledger_count (
  workspace_id bigint NOT NULL, document_kind text NOT NULL,
  finalised bigint NOT NULL,
  in_place bigint NOT NULL,   -- of them: Caspen's version is the one QuickBooks holds
  excluded bigint NOT NULL, historical bigint NOT NULL,
  PRIMARY KEY (workspace_id, document_kind)
);
-- Written with each change of a document, in its transaction, and never updated, so that no change waits for another; a
-- run adds them up. A change of a link is here too: its document is looked at again.
CREATE TABLE qbo_sync.ledger_change (
  workspace_id bigint NOT NULL, document_kind text NOT NULL, document_id bigint NOT NULL,
  finalised int NOT NULL DEFAULT 0, in_place int NOT NULL DEFAULT 0, excluded int NOT NULL DEFAULT 0,
  historical int NOT NULL DEFAULT 0
);
CREATE INDEX ledger_change_workspace ON qbo_sync.ledger_change (workspace_id);
CREATE FUNCTION qbo_sync.changed_documents(workspace bigint) RETURNS TABLE (document_kind text, document_id bigint)
LANGUAGE sql STABLE ROWS 100 SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  SELECT DISTINCT c.document_kind, c.document_id FROM qbo_sync.ledger_change c WHERE c.workspace_id = workspace
$$;

CREATE FUNCTION qbo_sync.note_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO qbo_sync.ledger_change
    SELECT OLD.workspace_id, OLD.document_kind, OLD.document_id, -p.finalised, -p.in_place, -p.excluded, -p.historical
    FROM qbo_sync.ledger_part(OLD.finalised, OLD.excluded_reason, OLD.version, OLD.synced_version) p;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO qbo_sync.ledger_change
    SELECT NEW.workspace_id, NEW.document_kind, NEW.document_id, p.finalised, p.in_place, p.excluded, p.historical
    FROM qbo_sync.ledger_part(NEW.finalised, NEW.excluded_reason, NEW.version, NEW.synced_version) p;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER document_added AFTER INSERT ON qbo_sync.document FOR EACH ROW WHEN (NEW.finalised)
EXECUTE FUNCTION qbo_sync.note_document();
CREATE TRIGGER document_changed AFTER UPDATE ON qbo_sync.document FOR EACH ROW
WHEN (OLD.workspace_id <> NEW.workspace_id OR OLD.document_kind <> NEW.document_kind OR OLD.document_id <> NEW.document_id
      OR OLD.finalised <> NEW.finalised OR OLD.excluded_reason IS DISTINCT FROM NEW.excluded_reason
      OR OLD.version <> NEW.version OR OLD.synced_version IS DISTINCT FROM NEW.synced_version)
EXECUTE FUNCTION qbo_sync.note_document();
CREATE TRIGGER document_deleted AFTER DELETE ON qbo_sync.document FOR EACH ROW WHEN (OLD.finalised)
EXECUTE FUNCTION qbo_sync.note_document();

CREATE FUNCTION qbo_sync.note_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO qbo_sync.ledger_change VALUES (OLD.workspace_id, OLD.document_kind, OLD.document_id);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO qbo_sync.ledger_change VALUES (NEW.workspace_id, NEW.document_kind, NEW.document_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER document_link_added_or_deleted AFTER INSERT OR DELETE ON qbo_sync.document_link FOR EACH ROW
EXECUTE FUNCTION qbo_sync.note_link();
CREATE TRIGGER document_link_changed AFTER UPDATE ON qbo_sync.document_link FOR EACH ROW
WHEN (OLD.workspace_id <> NEW.workspace_id OR OLD.document_kind <> NEW.document_kind OR OLD.document_id <> NEW.document_id
      OR (OLD.removed_at IS NULL) <> (NEW.removed_at IS NULL))
EXECUTE FUNCTION qbo_sync.note_link();

INSERT INTO qbo_sync.ledger_count
SELECT d.workspace_id, d.document_kind, sum(p.finalised), sum(p.in_place), sum(p.excluded), sum(p.historical)
FROM qbo_sync.document d
CROSS JOIN LATERAL qbo_sync.ledger_part(d.finalised, d.excluded_reason, d.version, d.synced_version) p
GROUP BY d.workspace_id, d.document_kind;

-- Finalised invoices in Caspen from before the connection that were never staged: counted each night, fewer by those
-- that are staged since.
CREATE TABLE qbo_sync.unstaged_history (
  workspace_id bigint PRIMARY KEY, invoices bigint NOT NULL,
  line_at timestamptz NOT NULL,   -- from before which time
  counted_at timestamptz NOT NULL DEFAULT now()
);
