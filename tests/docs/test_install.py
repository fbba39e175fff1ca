"""The installation page: every setting is documented; the rights it gives in Caspen suffice, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import psycopg
import pytest
from psycopg import errors as pg

from caspen_qbo import wiring
from caspen_qbo.airflow.provider import get_provider_info
from caspen_qbo.errors import CaspenUnavailableError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.usecases.reconciling.run import reconcile
from ops.local.environment import connection_json
from ops.local.postgres import Database, PostgresServer
from ops.paths import ROOT
from tests.docs.conftest import DOCS
from tests.support.flow import Flow
from tests.support.importing import imported, receive, run_import

PAGE = (DOCS / "install.md").read_text()
ROLE, PASSWORD = "quickbooks_sync", "for-this-test"


def test_every_field_of_the_quickbooks_connection_is_documented():
    (kind,) = get_provider_info()["connection-types"]
    fields = set(kind["conn-fields"])
    assert fields
    assert {name for name in fields if f"`{name}`" not in PAGE} == set()


def test_every_variable_of_the_env_file_is_explained():
    example = (ROOT / ".env.example").read_text()
    names = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    assert names
    used = (ROOT / "docker-compose.yaml").read_text()
    assert [name for name in names if "${" + name not in used] == []
    for variable in ("AIRFLOW_PORT", "POSTGRES_PORT", "SANDBOX_PORT"):
        assert f"`{variable}`" in (ROOT / "README.md").read_text()


@pytest.fixture
def limited(
    flow: Flow, postgres_server: PostgresServer, caspen_db: Database, monkeypatch: pytest.MonkeyPatch,
    connections: Mapping[str, str],
) -> Iterator[Flow]:  # fmt: skip
    """The workspace, its Caspen connection now one of a role with just the rights of the page."""
    (block,) = re.findall(r"```sql\n(CREATE ROLE.*?)```", PAGE, re.DOTALL)
    with psycopg.connect(postgres_server.database(caspen_db.name).uri, autocommit=True) as admin:
        admin.execute(f"DROP ROLE IF EXISTS {ROLE}")
        admin.execute(block.replace("'choose-one'", f"'{PASSWORD}'"))
        admin.execute(f"GRANT CONNECT ON DATABASE {caspen_db.name} TO {ROLE}")
        # The clock behind the sample's `updated_at` triggers; in Caspen itself it is the server's.
        admin.execute(f"GRANT USAGE ON SCHEMA caspen_app TO {ROLE}")
    role = Database(caspen_db.host, caspen_db.port, caspen_db.name, ROLE, PASSWORD)
    assert json.loads(connections["AIRFLOW_CONN_CASPEN_DB"])["login"] != ROLE
    monkeypatch.setenv("AIRFLOW_CONN_CASPEN_DB", connection_json("postgres", role))
    yield flow
    with psycopg.connect(postgres_server.database(caspen_db.name).uri, autocommit=True) as admin:
        admin.execute(f"DROP OWNED BY {ROLE}")
        admin.execute(f"DROP ROLE {ROLE}")


def test_the_rights_it_gives_are_enough_for_a_day(limited: Flow):
    paid, credited = limited.invoice("100.00"), limited.invoice("80.00", "20.00")
    limited.pay(paid, "30.00")
    limited.staff.credit(credited, {1: 1})
    limited.post()
    payment = receive(limited, {paid: "40.00"})
    run_import(limited)
    assert [row[0] for row in imported(limited)] == [payment]
    limited.person("delete", entity="Payment", id=payment)
    run_import(limited)
    assert imported(limited) == []
    with wiring.open_session(limited.workspace_id, "reconcile") as session:
        assert reconcile(session).message == "4 documents compared, all equal."
    shown = limited.caspen_rows("SELECT DISTINCT quickbooks_status FROM caspen.invoice")
    assert shown == [("Synced",)]


def test_and_for_nothing_else(limited: Flow, caspen_db: Database):
    role = Database(caspen_db.host, caspen_db.port, caspen_db.name, ROLE, PASSWORD)
    for statement in (
        "UPDATE caspen.invoice SET total = 0",
        "UPDATE caspen.client SET first_name = 'X'",
        "DELETE FROM caspen.payment_allocation",
        "UPDATE caspen.payment SET amount = 1",
    ):
        with role.connect() as connection, pytest.raises(pg.InsufficientPrivilege):
            connection.execute(statement)


def test_and_to_read_nothing_else(limited: Flow, caspen_db: Database):
    role = Database(caspen_db.host, caspen_db.port, caspen_db.name, ROLE, PASSWORD)
    for table, column in (
        ("client", "phone_number"),
        ("client", "address_line1"),
        ("client", "preferred_name"),
        ("client", "company"),
        ("invoice", "invoice_to"),
        ("invoice", "reference"),
        ("invoice_line", "description"),
        ("credit_note", "reason"),
        ("payment", "description"),
    ):
        with role.connect() as connection, pytest.raises(pg.InsufficientPrivilege):
            connection.execute(f"SELECT {column} FROM caspen.{table}")


def test_one_session_more_than_its_limit_is_refused_for_now(
    limited: Flow, caspen_db: Database, postgres_server: PostgresServer
):
    (limit,) = re.findall(r"CONNECTION LIMIT (\d+)", PAGE)
    role = Database(caspen_db.host, caspen_db.port, caspen_db.name, ROLE, PASSWORD)
    with ExitStack() as stack:
        for _ in range(int(limit)):
            stack.enter_context(role.connect())
        with pytest.raises(CaspenUnavailableError, match="it has no connection free"):
            CaspenBilling().fetch_workspaces()
    assert set(CaspenBilling().fetch_workspaces()) == {1}
