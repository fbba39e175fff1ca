"""Alembic migrations of schema ``qbo_sync``: one file below ``include/sql/migrations`` and a three-line
revision in ``versions/`` that names it. The first makes the schema of version 1.0.0.
"""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from caspen_qbo import __version__, queries, settings
from caspen_qbo.errors import ConfigurationError, StoreUnavailableError

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

SCHEMA = "qbo_sync"
VERSION_TABLE = "migration"
FIRST_RELEASED = "0008_drifted"
UNRELEASED = (
    "0001_first",
    "0002_reconcile",
    "0003_inactive_customer",
    "0004_due",
    "0005_suspects",
    "0006_sign_off",
    "0007_looked_at",
)
"""Revisions on the way to version 1.0.0, which contains them; only developers' databases stopped at one."""
LOCK_SECONDS = 3.0
LOCK_ATTEMPTS = 10
LOCK_PAUSE_SECONDS = 2.0
"""In between, those who waited behind us are served."""
_LOCK_KEY = 0x71626F5F73796E63  # "qbo_sync"


def run_file(name: str) -> None:
    """Run ``include/sql/migrations/<name>.sql``; called by a revision."""
    from alembic import op

    op.get_bind().exec_driver_sql(queries.load(f"migrations/{name}"))


@cache
def find_head() -> str:
    """The newest revision that this version has, from the names of its files: no run has to load alembic."""
    return max(path.stem for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(__file__).parent))


def head_revision() -> str:
    [head] = _scripts().get_heads()
    return head


def migrate(conn_id: str = settings.SYNC_CONN_ID) -> tuple[str | None, str]:
    """Create or upgrade schema ``qbo_sync``; (revision before, revision after). Safe to repeat and to run
    from several processes at once: all but one wait, and then find nothing to do. A table that is being
    read is waited for briefly, and again later: others who ask for it would wait behind us.

    :raises ConfigurationError: connection missing or refused, or no upgrade from the schema's revision.
    :raises RetryError: the database cannot be reached, or a table stayed in use; nothing was changed.
    """
    for attempt in range(LOCK_ATTEMPTS):
        if attempt:
            time.sleep(LOCK_PAUSE_SECONDS)
        if (revisions := _try_migrate(conn_id)) is not None:
            return revisions
    raise StoreUnavailableError(
        f"A table of schema {SCHEMA} stayed in use by another session, a long report for instance: gave up "
        f"after {LOCK_ATTEMPTS} attempts of {LOCK_SECONDS:g} s. Nothing was changed. End that session "
        "(pg_stat_activity names it) and run `caspen-qbo migrate` again."
    )


def _try_migrate(conn_id: str) -> tuple[str | None, str] | None:
    """All of it in one transaction; None: a table was in use, and nothing was changed."""
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from psycopg.errors import LockNotAvailable
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    from caspen_qbo.hooks.postgres.engine import make_engine
    from caspen_qbo.hooks.postgres.limits import SYNC

    engine = make_engine(conn_id, SYNC)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            connection.execute(text(f"SET LOCAL lock_timeout = '{round(LOCK_SECONDS * 1000)}ms'"))
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            context = MigrationContext.configure(
                connection, opts={"version_table": VERSION_TABLE, "version_table_schema": SCHEMA}
            )
            before = context.get_current_revision()
            if before is not None:
                _check_known(before)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            after = context.get_current_revision()
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            return None
        raise
    return before, str(after)


def _check_known(revision: str) -> None:
    """:raises ConfigurationError: this version has no migration that starts at the revision."""
    known = [script.revision for script in _scripts().walk_revisions()]
    if revision in known:
        return
    if revision in UNRELEASED:
        advice = "It was made before version 1.0.0. Run `caspen-qbo migrate` of version 1.0.0 on it first."
    else:
        advice = "A newer version made it. Install that version again, or restore a backup made before it."
    raise ConfigurationError(
        f"Schema {SCHEMA} is at revision {revision!r}; version {__version__} upgrades from "
        f"{FIRST_RELEASED!r} up to {known[0]!r}. {advice}"
    )
