"""Fixtures every test may use. Services are real: an embedded PostgreSQL and the sandbox over HTTP.

    postgres_server   one throw-away cluster per session
    caspen_db         a fresh database with Caspen's schema, no rows        (per test)
    sync_db           a fresh database with our migrations applied          (per test)
    caspen_databases  }  the same as factories: `with caspen_databases.fresh() as db:`,
    sync_databases    }  for fixtures of a wider scope
    sandbox           one QuickBooks sandbox per session, reset before each test that asks for it
    connections       `AIRFLOW_CONN_*` variables for the three of them, set in the environment
    flow              a connected, configured workspace over them, without any invoice yet

A database is an `ops.local.postgres.Database`: `.uri`, `.connect()`, `.host`, `.port`, `.name`, `.user`,
`.password`.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet

from ops.local.environment import common_settings
from ops.local.postgres import Database, PostgresServer, temporary_postgres
from ops.paths import DAGS
from tests.support.airflow_server import JWT_SECRET
from tests.support.celery_system import run_airflow
from tests.support.order import longest_first, unit_of
from tests.support.scratch import scratch
from tests.support.services import (
    DatabaseFactory,
    Sandbox,
    airflow_connections,
    caspen_factory,
    running_sandbox,
    sync_factory,
)

if TYPE_CHECKING:
    from tests.support.flow import Flow
    from tests.support.prepared import PreparedPractice


def _airflow_home() -> Path:
    """Before anything imports Airflow: a home of the session's own, and no connection from outside."""
    home = Path(tempfile.mkdtemp(prefix="caspen-qbo-airflow-", dir=scratch()))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in list(os.environ):
        if name.startswith(("AIRFLOW_CONN_", "AIRFLOW__", "AIRFLOW_VAR_")):
            del os.environ[name]
    os.environ.update(common_settings())
    os.environ.update(
        {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__OPENLINEAGE__DISABLED": "True",  # installed for the tests of lineage alone
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
            "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "AIRFLOW__API_AUTH__JWT_SECRET": JWT_SECRET,
        }
    )
    return home


AIRFLOW_HOME = _airflow_home()

QUIET = {"autovacuum": "off", "io_method": "sync", "jit": "off", "update_process_title": "off"}
"""Of a server whose databases live for a second: nothing tidies them, which would change plans whenever it
came by, nothing is compiled, and nobody else reads for it.
"""

if "PYTEST_XDIST_WORKER" in os.environ:
    gc.disable()  # until all is collected: none of it is garbage, and a fifth of the time went into looking


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the session, on a free port, without fsync, in memory where there is room."""
    with temporary_postgres(within=scratch(), settings=QUIET) as server:
        yield server


@pytest.fixture(scope="session")
def caspen_databases(postgres_server: PostgresServer) -> DatabaseFactory:
    return caspen_factory(postgres_server)


@pytest.fixture(scope="session")
def sync_databases(postgres_server: PostgresServer) -> DatabaseFactory:
    return sync_factory(postgres_server)


@pytest.fixture
def caspen_db(request: pytest.FixtureRequest, caspen_databases: DatabaseFactory) -> Iterator[Database]:
    """A Caspen database of the test's own: empty, or with the practice of `flow` for tests that use it."""
    with_flow = "flow" in request.fixturenames
    databases = request.getfixturevalue("prepared").caspen if with_flow else caspen_databases
    with databases.fresh() as database:
        yield database


@pytest.fixture
def sync_db(request: pytest.FixtureRequest, sync_databases: DatabaseFactory) -> Iterator[Database]:
    """A migrated database of ours, of the test's own: empty, or with the settings of `flow`."""
    with_flow = "flow" in request.fixturenames
    databases = request.getfixturevalue("prepared").sync if with_flow else sync_databases
    with databases.fresh() as database:
        yield database


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One QuickBooks sandbox for the session. Most tests want `sandbox`, which resets it."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    sandbox_server.reset()
    return sandbox_server


@pytest.fixture
def connections(
    caspen_db: Database, sync_db: Database, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """The three Airflow connections to this test's databases and sandbox, set in the environment."""
    variables = airflow_connections(caspen_db, sync_db, sandbox)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture(scope="session")
def prepared(
    caspen_databases: DatabaseFactory, sync_databases: DatabaseFactory, sandbox_server: Sandbox
) -> Iterator[PreparedPractice]:
    """The practice that `flow` connects copies of."""
    from tests.support.prepared import prepared_practice  # imports Airflow, which reads its settings then

    with prepared_practice(caspen_databases, sync_databases, sandbox_server) as practice:
        yield practice


@pytest.fixture
def flow(
    request: pytest.FixtureRequest,
    prepared: PreparedPractice,
    connections: Mapping[str, str],
    caspen_db: Database,
    sync_db: Database,
    sandbox: Sandbox,
) -> Iterator[Flow]:
    """A connected, configured workspace, without any invoice yet. Its commands share sessions, one after
    another, unless the test is marked `own_sessions`.
    """
    from tests.support.kept_sessions import kept_sessions  # imports the product's hooks

    own = request.node.get_closest_marker("own_sessions")
    with nullcontext() if own else kept_sessions():
        opened = prepared.open(caspen_db, sync_db, sandbox)
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def _secrets_of_other_tests_are_forgotten() -> Iterator[None]:
    """Airflow hides in logs every password and every connection's extra it was ever asked for, and compiles
    all of them anew with each one: a thousand tests later that takes longer than a test. A connection's own
    are hidden again each time it is asked for.
    """
    loaded = sys.modules.get("airflow.sdk._shared.secrets_masker")
    if loaded is None:
        yield
        return
    masker = loaded._secrets_masker()
    patterns, replacer = set(masker.patterns), masker.replacer
    yield
    masker.patterns, masker.replacer = patterns, replacer


@pytest.fixture(scope="session")
def airflow_metadata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Airflow's metadata database (SQLite) with the DAGs in it, for tests that run or show them. The value is
    AIRFLOW_HOME. Where several processes share the tests, one makes it for all.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    made = shared / "airflow.db"
    with (shared / "airflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            run_airflow(["db", "migrate"], ["dags", "reserialize"], env={**os.environ})
            shutil.copy(AIRFLOW_HOME / "airflow.db", made)
    shutil.copy(made, AIRFLOW_HOME / "airflow.db")
    return AIRFLOW_HOME


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, long files start first."""
    if hasattr(config, "workerinput"):
        longest_first(items)


def pytest_collection_finish() -> None:
    """What collecting has loaded stays to the end of the session: it is not looked through for garbage again
    and again. Nor is what the first tests load, and a test makes little garbage: it is looked for seldom.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`-n 2 --dist loadfile` in the order of the collection, with the browser tests together."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LongestFirst(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    config.option.loadscopereorder = False  # which would start files of many tests first
    return LongestFirst(config, log)
