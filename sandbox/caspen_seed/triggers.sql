-- What Caspen's own triggers do: updated_at moves with every change of a row, at the moment the statement runs.
-- Safe to run again.
--
-- Schema caspen_app is the application's private side. The project never reads it.
CREATE SCHEMA IF NOT EXISTS caspen_app;

-- Caspen's clock. Normally the wall clock, which unlike now() goes on inside a transaction. Code that makes
-- history (the sample practice, a test) sets caspen_app.clock, and everything it writes carries that moment.
CREATE OR REPLACE FUNCTION caspen_app.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT coalesce(nullif(current_setting('caspen_app.clock', true), '')::timestamptz, clock_timestamp()) $$;

CREATE OR REPLACE FUNCTION caspen_app.touch() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
  NEW.updated_at := caspen_app.clock();
  RETURN NEW;
END
$$;

-- Every table that has the column, so that a table added to schema.sql is not forgotten here.
DO $$
DECLARE
  table_name text;
BEGIN
  FOR table_name IN
    SELECT c.table_name FROM information_schema.columns c
    WHERE c.table_schema = 'caspen' AND c.column_name = 'updated_at'
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER touch BEFORE INSERT OR UPDATE ON caspen.%I '
                   'FOR EACH ROW EXECUTE FUNCTION caspen_app.touch()', table_name);
  END LOOP;
END
$$;
