"""The data dictionary names every column that exists and every field that is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from caspen_seed import NewLine
from caspen_seed.arithmetic import TAX_MODES
from ops.local.postgres import Database
from tests.docs.conftest import DOCS, sections
from tests.support.flow import Flow

TEXT = (DOCS / "data-dictionary.md").read_text()
SECTIONS = sections(TEXT)
SHORT = {"timestamp with time zone": "timestamptz", "character varying": "varchar"}
COLUMNS = """
    SELECT c.table_name, c.column_name, c.data_type, c.numeric_precision, c.numeric_scale
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'qbo_sync' AND t.table_type = %s
    ORDER BY c.table_name, c.ordinal_position
"""


def rows_of(section: str) -> list[list[str]]:
    """The cells of the tables under a heading, without their head lines."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_column_is_documented_with_its_type(sync_db: Database):
    with sync_db.connect() as connection:
        found = connection.execute(COLUMNS, ["BASE TABLE"]).fetchall()
        views = {row[0] for row in connection.execute(COLUMNS, ["VIEW"])}
    assert found
    real: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind, precision, scale in found:
        exact = f"numeric({precision},{scale})" if kind == "numeric" and precision else SHORT.get(kind, kind)
        real.setdefault(table, []).append((column, exact))
    documented = {table: [(row[0].strip("`"), row[1]) for row in rows_of(table)] for table in real}
    assert documented == real
    assert [name for name in views if f"`{name}`" not in TEXT] == []
    assert all(row[2] for table in real for row in rows_of(table)), "a column without a meaning"


def fields_of(payload: Any, path: str = "") -> Iterator[str]:
    """`Line[].Amount` for every leaf of a payload."""
    if isinstance(payload, dict):
        for key, value in payload.items():
            yield from fields_of(value, f"{path}.{key}".lstrip("."))
    elif isinstance(payload, list):
        for value in payload:
            yield from fields_of(value, f"{path}[]")
    else:
        yield path


def test_every_field_sent_is_documented(flow: Flow):
    """Documents in every tax mode, posted for real; what was recorded before sending is what is checked."""
    lines = [
        NewLine("service", "Visit", price, service_date=date(2026, 11, 2), tax_rate_id=flow.rates["GST"])
        for price in ("96.55", "1.15", "1.15", "1.15")
    ]
    invoices = [flow.staff.draft_invoice(flow.client_id, lines, tax_mode=mode) for mode in TAX_MODES]
    for invoice in invoices:
        flow.staff.finalise(invoice)
    flow.pay(invoices[0], "20.00")
    flow.staff.credit(invoices[1], {1: 1})
    flow.post()
    flow.staff.revert_to_draft(invoices[2])
    flow.staff.finalise(invoices[2])
    flow.post()
    sent: dict[str, set[str]] = {}
    requests = flow.sync_rows("SELECT entity, operation, payload FROM qbo_sync.request")
    for entity, operation, payload in requests:
        if operation in ("create", "update"):
            sent.setdefault(entity, set()).update(fields_of(payload))
    assert set(sent) == {"Customer", "Invoice", "CreditMemo", "Payment"}
    documented = {
        name: {row[0].strip("`") for row in rows_of(name)} for name in ("Customer", "Invoice", "Payment")
    }
    documented["CreditMemo"] = documented["Invoice"] - {"DueDate"}
    missing = {entity: sorted(fields - documented[entity]) for entity, fields in sent.items()}
    assert missing == {entity: [] for entity in sent}
