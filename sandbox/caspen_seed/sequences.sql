-- Where Caspen's application takes its ids and numbers from. Safe to run again.
--
-- Sequences, because two members of staff at work at the same time must not wait for each other.
-- Payments and allocations have an identity column that starts at 900000001; Caspen's own stay far below it, so a
-- row that anyone else inserts is recognisable by its id.
CREATE SEQUENCE IF NOT EXISTS caspen_app.client_id           START 4180203;
CREATE SEQUENCE IF NOT EXISTS caspen_app.tax_rate_id         START 31001;
CREATE SEQUENCE IF NOT EXISTS caspen_app.invoice_id          START 7300001;
CREATE SEQUENCE IF NOT EXISTS caspen_app.invoice_line_id     START 21000001;
CREATE SEQUENCE IF NOT EXISTS caspen_app.credit_note_id      START 610001;
CREATE SEQUENCE IF NOT EXISTS caspen_app.credit_note_line_id START 1220001;
CREATE SEQUENCE IF NOT EXISTS caspen_app.payment_id          START 5400001;
CREATE SEQUENCE IF NOT EXISTS caspen_app.allocation_id       START 8800001;

CREATE SEQUENCE IF NOT EXISTS caspen_app.invoice_number;
CREATE SEQUENCE IF NOT EXISTS caspen_app.credit_note_number;
CREATE SEQUENCE IF NOT EXISTS caspen_app.payment_number;

-- INV-0001 and so on: at least four digits, and as many as it takes.
CREATE OR REPLACE FUNCTION caspen_app.next_number(prefix text, counter regclass) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
  taken text := nextval(counter)::text;
BEGIN
  RETURN prefix || '-' || lpad(taken, greatest(4, length(taken)), '0');
END
$$;
