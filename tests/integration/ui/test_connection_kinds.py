"""Every way to say where PostgreSQL is: the commands, the checks, migrations and the pages all go by it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from psycopg import sql

from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.quality.suites import import_gx
from ops.local.ports import free_port
from ops.local.postgres import Database, PostgresServer
from tests.integration.ui.conftest import Pages
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.tls import certificates, tls_in_front_of

pytestmark = pytest.mark.postgres

HARD_PASSWORD = "p%41ss @:/?#[]'\\ \"é漢-Qx7"


@dataclass
class Site:
    """What a connection can be written with."""

    server: PostgresServer
    folder: Path
    setenv: Callable[[str, str], None]
    stack: ExitStack

    def role(self) -> str:
        """A role whose name and password need every kind of quoting."""
        name = "sync é%x"
        with self.server.admin() as admin:
            known = admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount
            statement = sql.SQL(("ALTER" if known else "CREATE") + " ROLE {} SUPERUSER LOGIN PASSWORD {}")
            admin.execute(statement.format(sql.Identifier(name), sql.Literal(HARD_PASSWORD)))
        return name


def as_json(database: Database, **extra: object) -> str:
    own = {"login": database.user, "password": database.password, "schema": database.name}
    place = {"host": database.host, "port": database.port}
    return json.dumps({"conn_type": "postgres", **own, **place, "extra": extra})


def changed(text: str, **fields: object) -> str:
    return json.dumps({**json.loads(text), **fields})


def uri(site: Site, database: Database) -> str:
    return f"postgresql://{database.user}:{database.password}@{database.host}:{database.port}/{database.name}"


def plain_json(site: Site, database: Database) -> str:
    return as_json(database)


def socket_folder(site: Site, database: Database) -> str:
    return changed(as_json(database), host=str(site.server.sockets))


def socket_folder_in_a_uri(site: Site, database: Database) -> str:
    folder = quote(str(site.server.sockets), safe="")
    return f"postgres://{database.user}:{database.password}@{folder}:{database.port}/{database.name}"


def socket_folder_in_the_query(site: Site, database: Database) -> str:
    where = f"host={quote(str(site.server.sockets), safe='')}&port={database.port}"
    return f"postgres://{database.user}:{database.password}@/{database.name}?{where}"


def _service(site: Site, database: Database) -> str:
    file = site.folder / "pg_service.conf"
    with file.open("a") as services:
        services.write(
            f"[{database.name}]\nhost={database.host}\nport={database.port}\ndbname={database.name}\n"
            f"user={database.user}\npassword={database.password}\n"
        )
    site.setenv("PGSERVICEFILE", str(file))
    return database.name


def service(site: Site, database: Database) -> str:
    return json.dumps({"conn_type": "postgres", "extra": {"service": _service(site, database)}})


def service_in_a_uri(site: Site, database: Database) -> str:
    return f"postgresql://?service={_service(site, database)}"


def options_of_their_own(site: Site, database: Database) -> str:
    return as_json(database, options="-c work_mem=7MB -c search_path=nowhere", application_name="clinic")


def several_hosts(site: Site, database: Database) -> str:
    text = as_json(database, port=f"{free_port()},{database.port}", target_session_attrs="read-write")
    return changed(text, host=f"{database.host},{database.host}", port=None)


def several_hosts_in_a_uri(site: Site, database: Database) -> str:
    place = f"host=127.0.0.1,127.0.0.1&port={free_port()},{database.port}"
    who = f"{database.user}:{database.password}"
    return f"postgresql://{who}@/{database.name}?{place}&target_session_attrs=read-write"


def no_port(site: Site, database: Database) -> str:
    site.setenv("PGPORT", str(database.port))
    return changed(as_json(database), port="")


def password_file(site: Site, database: Database) -> str:
    file = site.folder / f"{database.name}.pgpass"
    file.write_text(f"{database.host}:{database.port}:*:*:{database.password}\n")
    file.chmod(0o600)
    return changed(as_json(database, passfile=str(file)), password=None)


def password_file_of_the_environment(site: Site, database: Database) -> str:
    file = site.folder / "pgpass"
    with file.open("a") as lines:
        lines.write(f"*:*:{database.name}:{database.user}:{database.password}\n")
    file.chmod(0o600)
    site.setenv("PGPASSFILE", str(file))
    return f"postgresql://{database.user}@{database.host}:{database.port}/{database.name}"


def hard_password(site: Site, database: Database) -> str:
    return changed(as_json(database), login=site.role(), password=HARD_PASSWORD)


def hard_password_in_a_uri(site: Site, database: Database) -> str:
    who = f"{quote(site.role(), safe='')}:{quote(HARD_PASSWORD, safe='')}"
    return f"postgresql://{who}@{database.host}:{database.port}/{database.name}"


def ipv6(site: Site, database: Database) -> str:
    return changed(as_json(database), host="::1")


def ipv6_in_brackets(site: Site, database: Database) -> str:
    return changed(as_json(database), host="[::1]")


def ipv6_in_a_uri(site: Site, database: Database) -> str:
    return f"postgresql://{database.user}:{database.password}@[::1]:{database.port}/{database.name}"


def other_parameters(site: Site, database: Database) -> str:
    given = {"keepalives": True, "keepalives_idle": 20, "tcp_user_timeout": "15000", "connect_timeout": 0}
    return as_json(
        database, **given, gssencmode="disable", sqlalchemy_query={"of": "Airflow"}, cursor="dictcursor"
    )


def verified_tls(site: Site, database: Database) -> str:
    folder = site.folder / database.name
    folder.mkdir()
    root, server = certificates(folder, "localhost")
    port = site.stack.enter_context(tls_in_front_of(database.port, server))
    return changed(
        as_json(database, sslmode="verify-full", sslrootcert=str(root)), host="localhost", port=port
    )


KINDS = (
    uri,
    plain_json,
    socket_folder,
    socket_folder_in_a_uri,
    socket_folder_in_the_query,
    service,
    service_in_a_uri,
    options_of_their_own,
    several_hosts,
    several_hosts_in_a_uri,
    no_port,
    password_file,
    password_file_of_the_environment,
    hard_password,
    hard_password_in_a_uri,
    ipv6,
    ipv6_in_brackets,
    ipv6_in_a_uri,
    other_parameters,
    verified_tls,
)
Kind = Callable[[Site, Database], str]


@pytest.fixture(scope="module", autouse=True)
def _loaded_once() -> None:
    """Seconds that each command need not take."""
    import_gx()


@pytest.fixture
def site(postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with ExitStack() as stack:
        yield Site(postgres_server, tmp_path, monkeypatch.setenv, stack)


def connect_by(kind: Kind, site: Site, caspen_db: Database, sync_db: Database) -> Mapping[str, str]:
    values = {
        "AIRFLOW_CONN_CASPEN_DB": kind(site, caspen_db),
        "AIRFLOW_CONN_SYNC_DB": kind(site, sync_db),
    }
    for name, value in values.items():
        site.setenv(name, value)
    return values


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_everything_runs_over_a_connection_given_by(
    kind: Kind, site: Site, flow: Flow, pages: Pages, caspen_db: Database, sync_db: Database
) -> None:
    invoice = flow.invoice("110.00")
    connect_by(kind, site, caspen_db, sync_db)

    for command in ("migrate", "post", "import", "reconcile", "doctor --workspace 1", "heartbeat"):
        done = run_command(*command.split())
        assert (done.returncode, done.stderr) == (0, ""), f"{command}: {done.stdout}{done.stderr}"
    assert flow.caspen_rows("SELECT quickbooks_status FROM caspen.invoice WHERE id = %s", invoice) == [
        ("Synced",)
    ]
    rows = flow.sync_rows("SELECT job, success FROM qbo_sync.sync_run ORDER BY job")
    assert rows == [("import", True), ("post", True), ("reconcile", True)]
    for page in ("setup", "unsynced", "reconciliation", "activity", f"invoices/{invoice}"):
        answer = pages.as_("viewer").get(f"/w/1/{page}")
        assert answer.status_code == 200, f"{page}: {answer.text[-500:]}"


@pytest.mark.parametrize("kind", [plain_json, options_of_their_own], ids=lambda kind: kind.__name__)
def test_the_limits_of_a_session_hold_whatever_its_options_are(
    kind: Kind, site: Site, caspen_db: Database, sync_db: Database
) -> None:
    connect_by(kind, site, caspen_db, sync_db)
    session = Session("caspen_db")
    names = (
        "statement_timeout lock_timeout idle_in_transaction_session_timeout timezone work_mem"
        " application_name".split()
    )
    found = {name: session.connection.execute(f"SHOW {name}").fetchone()[0] for name in names}
    session.close()
    assert (
        found.items()
        >= {
            "statement_timeout": "2min",
            "lock_timeout": "1min",
            "idle_in_transaction_session_timeout": "15s",
            "TimeZone".lower(): "UTC",
        }.items()
    )
    theirs = kind is options_of_their_own
    assert found["work_mem"] == ("7MB" if theirs else "4MB")
    assert found["application_name"] == ("clinic" if theirs else "caspen_qbo")


WRONG = {
    "an unknown field": (lambda text: changed(text, extra={"sslmod": "require"}), "'sslmod' in its extra"),
    "a wrong value": (lambda text: changed(text, extra={"sslmode": "sometimes"}), "invalid sslmode value"),
    "TLS that the server has not": (
        lambda text: changed(text, extra={"sslmode": "require"}),
        "server does not support SSL",
    ),
    "a service nobody defined": (
        lambda text: changed(text, extra={"service": "nowhere"}),
        'definition of service "nowhere" not found',
    ),
    "another type": (lambda text: changed(text, conn_type="mysql"), "is of type 'mysql'; expected postgres"),
    "several ports in one": (
        lambda text: changed(text, port="5432,5433"),
        "AIRFLOW_CONN_SYNC_DB is set, but is neither a URI nor JSON",
    ),
    "no JSON": (lambda text: text[:-1], "AIRFLOW_CONN_SYNC_DB is set, but is neither a URI nor JSON"),
    "no database of that name": (lambda text: changed(text, schema="nowhere"), "refused the login"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_person_is_asked_for_and_shown_no_trace_where_a_connection_is_wrong_by(
    wrong: str, site: Site, flow: Flow, sync_db: Database
) -> None:
    change, words = WRONG[wrong]
    (site.folder / "services").touch()
    site.setenv("PGSERVICEFILE", str(site.folder / "services"))
    site.setenv("AIRFLOW_CONN_SYNC_DB", change(as_json(sync_db)))
    for command in ("migrate", "post", "import", "reconcile", "doctor --workspace 1", "heartbeat"):
        done = run_command(*command.split())
        assert done.returncode == 1, f"{command}: {done.stdout}{done.stderr}"
        assert words in done.stderr and "'sync_db'" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
        assert sync_db.password not in done.stderr


def test_a_certificate_of_another_authority_is_refused(site: Site, flow: Flow, sync_db: Database) -> None:
    _, server = certificates(site.folder, "localhost")
    port = site.stack.enter_context(tls_in_front_of(sync_db.port, server))
    other = site.folder / "other"
    other.mkdir()
    root, _ = certificates(other, "localhost")
    extra = {"sslmode": "verify-full", "sslrootcert": str(root)}
    site.setenv("AIRFLOW_CONN_SYNC_DB", changed(as_json(sync_db, **extra), host="localhost", port=port))
    done = run_command("post")
    assert done.returncode == 1
    assert "certificate verify failed" in done.stderr


def test_a_server_without_tls_and_a_certificate_of_another_name_are_refused(
    site: Site, flow: Flow, sync_db: Database
) -> None:
    """As the examples of the installation page have it, `sslmode=verify-full`; for either database."""
    folder = site.folder / "named"
    folder.mkdir()
    root, server = certificates(folder, "another.example")
    port = site.stack.enter_context(tls_in_front_of(sync_db.port, server))
    extra = {"sslmode": "verify-full", "sslrootcert": str(root)}
    for where, words in (
        ({}, "server does not support SSL"),
        ({"host": "localhost", "port": port}, "does not match host name"),
    ):
        site.setenv("AIRFLOW_CONN_SYNC_DB", changed(as_json(sync_db, **extra), **where))
        done = run_command("post")
        assert done.returncode == 1, done.stdout
        assert words in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert flow.books("Invoice") == []
