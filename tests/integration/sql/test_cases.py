"""Runs every case folder: ``<subject>/<statement>/<the sentence being tested>/``.

    caspen.<table>.yaml         rows there before, on top of two workspaces with a client each (optional)
    params.yaml                 what is bound (optional)
    expect.yaml                 the rows that come back, in order; only the columns named there are compared
    after.caspen.<table>.yaml   rows there afterwards, found by the first column named; compared likewise

A case has ``expect.yaml``, an ``after`` file, or both. Numbers with a point are read as Decimal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from psycopg import Connection, sql
from psycopg.rows import DictRow, dict_row

from caspen_qbo import queries
from tests.support.caspen_rows import DEFAULTS, insert, insert_standing
from tests.support.services import DatabaseFactory

pytestmark = pytest.mark.postgres

HERE = Path(__file__).parent
CASES = sorted(path for path in HERE.glob("*/*/*/") if path.name != "__pycache__")
STATEMENTS = sorted(f"caspen/{path.stem}" for path in (queries.SQL_FOLDER / "caspen").glob("*.sql"))


class ExactLoader(yaml.SafeLoader):
    """Decimal instead of float, and times with a zone."""


def _exact(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(loader.construct_scalar(node))


def _zoned(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    value = loader.construct_yaml_timestamp(node)
    return value.replace(tzinfo=value.tzinfo or UTC) if isinstance(value, datetime) else value


ExactLoader.add_constructor("tag:yaml.org,2002:float", _exact)
ExactLoader.add_constructor("tag:yaml.org,2002:timestamp", _zoned)


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), ExactLoader)


@pytest.fixture(scope="module")
def connection(caspen_databases: DatabaseFactory) -> Iterator[Connection[DictRow]]:
    with caspen_databases.fresh() as database, database.connect(row_factory=dict_row) as connection:
        yield connection


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_case(case: Path, connection: Connection[DictRow]) -> None:
    before = {path.stem.removeprefix("caspen."): read(path) for path in case.glob("caspen.*.yaml")}
    after = {path.stem.removeprefix("after.caspen."): read(path) for path in case.glob("after.caspen.*.yaml")}
    expected = case / "expect.yaml"
    assert expected.exists() or after, f"{case.name} expects nothing"
    params = case / "params.yaml"
    known = {"expect.yaml", "params.yaml", *(f"caspen.{table}.yaml" for table in DEFAULTS)}
    known |= {f"after.caspen.{table}.yaml" for table in DEFAULTS}
    assert {path.name for path in case.iterdir()} <= known

    with connection.transaction(force_rollback=True):
        insert_standing(connection)
        for table in DEFAULTS:  # parents come first there
            for row in before.get(table, []):
                insert(connection, table, **row)
        cursor = connection.execute(
            queries.load(f"{case.parents[1].name}/{case.parent.name}"),
            read(params) if params.exists() else {},
        )
        if expected.exists():
            assert_rows(cursor.fetchall(), read(expected))
        for table, rows in after.items():
            query = sql.SQL("SELECT * FROM {} ORDER BY id").format(sql.Identifier("caspen", table))
            found = connection.execute(query).fetchall()
            key = next(iter(rows[0]))
            keys = {row[key] for row in rows}
            assert_rows([row for row in found if row[key] in keys], rows)


def assert_rows(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """Row by row, the columns the case names."""
    assert len(found) == len(expected), found
    for row, wanted in zip(found, expected, strict=True):
        assert {name: row[name] for name in wanted} == wanted


def test_there_is_a_case_for_every_statement() -> None:
    assert {f"{case.parents[1].name}/{case.parent.name}" for case in CASES} == set(STATEMENTS)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_opens_with_its_contract(name: str) -> None:
    header = [line for line in queries.load(name).splitlines() if line.startswith("--")]
    assert queries.load(name).startswith("-- ")
    labels = {line.split(":")[0].removeprefix("-- ") for line in header}
    assert {"Grain", "Params"} <= labels
    if "\nSELECT" in queries.load(name) or "RETURNING" in queries.load(name):
        assert "Columns" in labels or "touches" in queries.load(name)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_reads_nothing_that_must_stay_in_caspen(name: str) -> None:
    text = "\n".join(line for line in queries.load(name).splitlines() if not line.startswith("--"))
    private = (
        "description", "reason", "preferred_name", "phone_number", "address", "city", "postal_code",
        "invoice_to", "reference", "company", "title",
    )  # fmt: skip
    assert [word for word in private if word in text] == []
    assert "*" not in text.replace("count(*)", "")
