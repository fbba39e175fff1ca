-- How long data of people are kept, who read them, and who had them taken out.

-- Reads of finance data: a page or a file that was shown to someone.
CREATE TABLE qbo_sync.read_record (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT now(), who text NOT NULL,
  what text NOT NULL,   -- the page or file, with the id it was about
  downloaded boolean NOT NULL   -- a file left the page
);
CREATE INDEX read_record_workspace ON qbo_sync.read_record (workspace_id, id);
CREATE INDEX read_record_at ON qbo_sync.read_record (at);

-- Whose data were taken out, when and by whom.
CREATE TABLE qbo_sync.forgotten (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id bigint NOT NULL,
  client_id bigint,   -- null: the whole practice
  at timestamptz NOT NULL DEFAULT now(), who text NOT NULL,
  counts jsonb NOT NULL   -- rows deleted or changed, by table
);

-- What was sent, without what only the receiver needs: names, addresses, and the words of the lines.
CREATE FUNCTION qbo_sync.without_words(payload jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
           WHEN jsonb_typeof(payload -> 'Line') = 'array' THEN jsonb_set(s.rest, '{Line}', (
             SELECT coalesce(jsonb_agg(l.line - 'Description' ORDER BY l.n), '[]')
             FROM jsonb_array_elements(payload -> 'Line') WITH ORDINALITY l(line, n)))
           ELSE s.rest
         END
  FROM (SELECT payload - '{DisplayName,GivenName,FamilyName,PrimaryEmailAddr}'::text[] AS rest) s
$$;

-- Delete some rows of one practice, or of its company, from a table; how many. Called until none are left.
CREATE FUNCTION qbo_sync.delete_some(tab text, key text, value text, batch integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  deleted bigint;
BEGIN
  EXECUTE 'DELETE FROM qbo_sync.' || quote_ident(tab) || ' WHERE ctid = ANY (ARRAY(SELECT ctid FROM qbo_sync.'
    || quote_ident(tab) || ' WHERE ' || quote_ident(key) || '::text = $1 LIMIT $2))' USING value, batch;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;

-- Put other words in the place of those that name a person, in one column of a practice's rows; how many rows.
CREATE FUNCTION qbo_sync.replace_words(tab text, col text, key text, value text, pattern text, words text)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  kind text := (SELECT data_type FROM information_schema.columns
                WHERE table_schema = 'qbo_sync' AND table_name = tab AND column_name = col);
  changed bigint;
BEGIN
  EXECUTE 'UPDATE qbo_sync.' || quote_ident(tab) || ' SET ' || quote_ident(col) || ' = regexp_replace('
    || quote_ident(col) || '::text, $2, $3, ''gi'')::' || kind || ' WHERE ' || quote_ident(key) || '::text = $1 AND '
    || quote_ident(col) || '::text ~* $2' USING value, pattern, words;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$;
