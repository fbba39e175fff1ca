"""Invoices by the million, for benchmarks: written by the database itself, in one transaction per call.

Their amounts follow Caspen's arithmetic (numeric round() is half-up for what is not negative). They are added
to an existing workspace, by the owner of Caspen's tables.
"""

from __future__ import annotations

import datetime as dt

import psycopg
from psycopg import Connection

from caspen_seed.database import only_row

OLDEST = dt.timedelta(days=8 * 365)
CLIENTS_MAX = 20_000
INVOICES_PER_CLIENT = 20
LINES_PER_NEW_INVOICE = 3

ADD_CLIENTS = """
    INSERT INTO caspen.client (id, workspace_id, first_name, last_name, email, created_at)
    SELECT %(first)s::bigint + n, %(workspace)s::bigint, 'Client', 'Number ' || (%(first)s::bigint + n),
           'client' || (%(first)s::bigint + n) || '@example.com', %(created_at)s::timestamptz
    FROM generate_series(0, %(count)s::bigint - 1) n
"""

ADD_TAX_RATE = """
    INSERT INTO caspen.tax_rate (id, workspace_id, name, rate)
    SELECT nextval('caspen_app.tax_rate_id'), %(workspace)s, 'GST', 10
    WHERE NOT EXISTS (SELECT FROM caspen.tax_rate
                      WHERE workspace_id = %(workspace)s AND name = 'GST' AND rate = 10
                        AND archived_at IS NULL)
"""

# Paid, a little later each than the one before; 110.00, 110.01 ... so that a mix-up shows.
ADD_OLD = """
    INSERT INTO caspen.invoice (id, workspace_id, number, client_id, issue_date, due_date, status, tax_mode,
                                subtotal, total, balance, created_at, finalised_at, revision, updated_at)
    SELECT %(first)s::bigint + n, %(workspace)s::bigint, 'OLD-' || (%(first)s::bigint + n),
           %(client)s::bigint + n %% %(clients)s::bigint, at::date, at::date + 14, 'paid', 'none',
           110 + n %% 5000 / 100.0, 110 + n %% 5000 / 100.0, 0, at, at, 1, at
    FROM (SELECT n, %(start)s::timestamptz + n * %(step)s::interval AS at
          FROM generate_series(0, %(count)s::bigint - 1) n) s
"""
COMPLETE_OLD = (
    """
    INSERT INTO caspen.invoice_line (id, invoice_id, position, kind, name, quantity, unit_price, amount)
    SELECT %(line)s::bigint + id - %(first)s::bigint, id, 1, 'service', 'Consultation', 1, total, total
    FROM caspen.invoice WHERE id >= %(first)s::bigint AND id < %(first)s::bigint + %(count)s::bigint
    """,
    """
    INSERT INTO caspen.payment (id, workspace_id, number, client_id, method, payment_date, amount,
                                created_at, updated_at)
    SELECT %(payment)s::bigint + id - %(first)s::bigint, workspace_id,
           'OLDPAY-' || (%(payment)s::bigint + id - %(first)s::bigint), client_id, 'EFTPOS', issue_date,
           total, created_at, created_at
    FROM caspen.invoice WHERE id >= %(first)s::bigint AND id < %(first)s::bigint + %(count)s::bigint
    """,
    """
    INSERT INTO caspen.payment_allocation (id, workspace_id, payment_id, invoice_id, amount,
                                           allocated_at, updated_at)
    SELECT %(allocation)s::bigint + id - %(first)s::bigint, workspace_id,
           %(payment)s::bigint + id - %(first)s::bigint, id, total, created_at, created_at
    FROM caspen.invoice WHERE id >= %(first)s::bigint AND id < %(first)s::bigint + %(count)s::bigint
    """,
)

# The lines first decide, then the totals follow from them; but the invoice must be there before its lines.
ADD_NEW = (
    """
    CREATE TEMPORARY TABLE new_line ON COMMIT DROP AS
    SELECT n, p, quantity, price, round(quantity * price, 2) AS amount,
           round(round(quantity * price, 2) / 10, 2) AS tax
    FROM (SELECT n, p, 0.33 * p AS quantity, 90 + (n * 7 + p) %% 1000 / 100.0 AS price
          FROM generate_series(0, %(count)s::bigint - 1) n, generate_series(1, %(lines)s::int) p) s
    """,
    """
    INSERT INTO caspen.invoice (id, workspace_id, number, client_id, issue_date, due_date, status, tax_mode,
                                currency, subtotal, tax_total, total, balance, created_at, finalised_at,
                                revision)
    SELECT %(first)s::bigint + n, w.id, 'NEW-' || (%(first)s::bigint + n),
           %(client)s::bigint + n %% %(clients)s::bigint, current_date, current_date + 14, 'open',
           'exclusive', w.currency, sum(amount), sum(tax), sum(amount + tax), sum(amount + tax),
           clock_timestamp(), clock_timestamp(), 1
    FROM new_line, caspen.workspace w WHERE w.id = %(workspace)s::bigint GROUP BY n, w.id ORDER BY n
    """,
    """
    INSERT INTO caspen.invoice_line (id, invoice_id, position, kind, name, quantity, unit_price,
                                     tax_rate_id, tax_percent, amount, tax_amount)
    SELECT %(line)s::bigint + n * %(lines)s::int + p - 1, %(first)s::bigint + n, p, 'service',
           'Home visit (h)', quantity, price, %(rate)s::bigint, 10, amount, tax
    FROM new_line
    """,
)

# Practices of the kind that the first one is, each with a client and a tax rate of 10 %.
ADD_PRACTICES = (
    """
    INSERT INTO caspen.workspace (id, name, country_code, currency, time_zone, tax_mode, created_at)
    SELECT %(workspace)s::bigint + n, 'Practice ' || (%(workspace)s::bigint + n), country_code, currency,
           time_zone, tax_mode, clock_timestamp()
    FROM caspen.workspace, generate_series(0, %(count)s::bigint - 1) n WHERE id = %(like)s::bigint
    """,
    """
    INSERT INTO caspen.client (id, workspace_id, first_name, last_name, email)
    SELECT %(client)s::bigint + n, %(workspace)s::bigint + n, 'Ann', 'O''Neil',
           'ann' || n || '@example.com'
    FROM generate_series(0, %(count)s::bigint - 1) n
    """,
    """
    INSERT INTO caspen.tax_rate (id, workspace_id, name, rate)
    SELECT %(rate)s::bigint + n, %(workspace)s::bigint + n, 'GST', 10
    FROM generate_series(0, %(count)s::bigint - 1) n
    """,
)

# To the first client of each workspace, 120.00 and 12.00 of tax.
ADD_ONE_EACH = (
    """
    CREATE TEMPORARY TABLE one_each ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY w.id) - 1 AS n, w.id AS workspace_id, w.currency,
           (SELECT min(c.id) FROM caspen.client c WHERE c.workspace_id = w.id) AS client_id,
           (SELECT min(t.id) FROM caspen.tax_rate t WHERE t.workspace_id = w.id AND t.rate = 10) AS rate_id
    FROM caspen.workspace w
    """,
    """
    INSERT INTO caspen.invoice (id, workspace_id, number, client_id, issue_date, due_date, status, tax_mode,
                                currency, subtotal, tax_total, total, balance, created_at, finalised_at,
                                revision)
    SELECT %(first)s::bigint + n, workspace_id, 'EACH-' || (%(first)s::bigint + n), client_id, current_date,
           current_date + 14, 'open', 'exclusive', currency, 120, 12, 132, 132, clock_timestamp(),
           clock_timestamp(), 1
    FROM one_each
    """,
    """
    INSERT INTO caspen.invoice_line (id, invoice_id, position, kind, name, quantity, unit_price,
                                     tax_rate_id, tax_percent, amount, tax_amount)
    SELECT %(line)s::bigint + n, %(first)s::bigint + n, 1, 'service', 'Consultation', 1, 120, rate_id, 10,
           120, 12
    FROM one_each
    """,
)


def add_practices(dsn: str, first: int, count: int, *, like: int = 1) -> None:
    """Open workspaces with the ids from ``first`` on, set up like another, each with a client and a rate."""
    with psycopg.connect(dsn) as connection:
        values = {
            "workspace": first,
            "count": count,
            "like": like,
            "client": _reserve(connection, "client_id", count),
            "rate": _reserve(connection, "tax_rate_id", count),
        }
        for statement in ADD_PRACTICES:
            connection.execute(statement, values)
    _analyse(dsn)


def add_an_invoice_each(dsn: str) -> None:
    """One open invoice for each workspace, finalised just now."""
    with psycopg.connect(dsn) as connection:
        (number,) = only_row(connection.execute("SELECT count(*) FROM caspen.workspace"))
        values = {
            "first": _reserve(connection, "invoice_id", number),
            "line": _reserve(connection, "invoice_line_id", number),
        }
        for statement in ADD_ONE_EACH:
            connection.execute(statement, values)
    _analyse(dsn)


def add_old_invoices(
    dsn: str,
    workspace_id: int,
    count: int,
    *,
    before: dt.datetime | None = None,
    complete: bool = False,
) -> None:
    """Add paid invoices of the eight years before a moment: what nearly all of a big workspace consists of.

    :param before: All are created, finalised and last changed before it; half a year ago when not given.
    :param complete: Their lines, payments and allocations too. Without, only the invoices: all that a
        reader of recent changes must step over.
    """
    before = before or dt.datetime.now(dt.UTC) - dt.timedelta(days=182)
    with psycopg.connect(dsn) as connection:
        # Caspen's triggers would give every row today's updated_at. Their owner may switch them off.
        for table in ("client", "invoice", "payment", "payment_allocation"):
            connection.execute(f"ALTER TABLE caspen.{table} DISABLE TRIGGER USER")
        clients = _add_clients(connection, workspace_id, count, before - OLDEST)
        values = {
            "workspace": workspace_id,
            "count": count,
            "first": _reserve(connection, "invoice_id", count),
            "start": before - OLDEST,
            "step": OLDEST / count,
            **clients,
        }
        connection.execute(ADD_OLD, values)
        if complete:
            for name in ("line", "payment", "allocation"):
                sequence = "invoice_line_id" if name == "line" else f"{name}_id"
                values[name] = _reserve(connection, sequence, count)
            for statement in COMPLETE_OLD:
                connection.execute(statement, values)
        for table in ("client", "invoice", "payment", "payment_allocation"):
            connection.execute(f"ALTER TABLE caspen.{table} ENABLE TRIGGER USER")
    _analyse(dsn)


def add_new_invoices(dsn: str, workspace_id: int, count: int) -> None:
    """Add open invoices finalised just now, three taxed lines each, that a benchmark can post."""
    with psycopg.connect(dsn) as connection:
        clients = _add_clients(connection, workspace_id, count, dt.datetime.now(dt.UTC))
        connection.execute(ADD_TAX_RATE, {"workspace": workspace_id})
        rate = connection.execute(
            "SELECT min(id) FROM caspen.tax_rate "
            "WHERE workspace_id = %s AND name = 'GST' AND rate = 10 AND archived_at IS NULL",
            [workspace_id],
        )
        values = {
            "workspace": workspace_id,
            "count": count,
            "first": _reserve(connection, "invoice_id", count),
            "lines": LINES_PER_NEW_INVOICE,
            "line": _reserve(connection, "invoice_line_id", count * LINES_PER_NEW_INVOICE),
            "rate": only_row(rate)[0],
            **clients,
        }
        for statement in ADD_NEW:
            connection.execute(statement, values)
    _analyse(dsn)


def _add_clients(
    connection: Connection, workspace_id: int, invoices: int, created_at: dt.datetime
) -> dict[str, int]:
    clients = min(CLIENTS_MAX, max(1, invoices // INVOICES_PER_CLIENT))
    first = _reserve(connection, "client_id", clients)
    connection.execute(
        ADD_CLIENTS, {"first": first, "workspace": workspace_id, "count": clients, "created_at": created_at}
    )
    return {"client": first, "clients": clients}


def _reserve(connection: Connection, sequence: str, count: int) -> int:
    """Take `count` ids at once. :return: the first of them."""
    taken = connection.execute(
        "SELECT setval(%(name)s::regclass, nextval(%(name)s::regclass) + %(count)s - 1) - %(count)s + 1",
        {"name": f"caspen_app.{sequence}", "count": count},
    )
    return only_row(taken)[0]


def _analyse(dsn: str) -> None:
    """Without statistics the first queries after a load of this size are planned for an empty table."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for table in ("client", "invoice", "invoice_line", "payment", "payment_allocation"):
            connection.execute(f"VACUUM (ANALYZE) caspen.{table}")
