"""All commands of ``caspen-qbo`` and what their exit codes mean."""

import logging
import signal
import sys
from collections.abc import Callable, Mapping
from types import FrameType

import typer

from caspen_qbo.cli import (
    closing,
    connection,
    decisions,
    jobs,
    keeping,
    mailing,
    monitoring,
    reports,
    searching,
)
from caspen_qbo.cli.shared import TRY_AGAIN_LATER, PlainFormatter, say_error
from caspen_qbo.errors import RetryError, SyncError
from caspen_qbo.hooks.postgres.environment import read_from_environment
from caspen_qbo.settings import CASPEN_CONN_ID, SYNC_CONN_ID

NAME = "caspen-qbo"

COMMANDS: Mapping[str, Callable[..., None]] = {
    "migrate": connection.migrate,
    "connect": connection.connect,
    "disconnect": connection.disconnect,
    "settings": connection.settings,
    "link-tax": connection.link_tax,
    "doctor": connection.doctor,
    "post": jobs.post,
    "import": jobs.import_,
    "reconcile": jobs.reconcile,
    "status": monitoring.status,
    "reads": monitoring.reads,
    "unsynced": monitoring.unsynced,
    "retry": decisions.retry,
    "backfill": jobs.backfill,
    "history": monitoring.history,
    "explain": monitoring.explain,
    "overview": monitoring.overview,
    "search": searching.search,
    "heartbeat": monitoring.heartbeat,
    "mail": mailing.mail,
    "report": reports.report,
    "month-end": closing.month_end,
    "accept": decisions.accept,
    "resend": decisions.resend,
    "relink": decisions.relink,
    "forget": keeping.forget,
    "prune": keeping.prune,
    "readers": keeping.readers,
    "rotate-fernet-key": connection.rotate_fernet_key,
}

app = typer.Typer(
    name=NAME,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Caspen to QuickBooks Online. "
    f"Exit codes: 0 done, 1 a person must act, 2 wrong use, {TRY_AGAIN_LATER} try again later.",
)
for name, command in COMMANDS.items():
    app.command(name)(command)


LIGHT: Mapping[str, tuple[str, ...]] = {
    "status": (SYNC_CONN_ID, CASPEN_CONN_ID),
    "unsynced": (SYNC_CONN_ID,),
    "history": (SYNC_CONN_ID,),
}
"""Commands that look at our tables and need nothing of Airflow but these connections."""


@app.callback()
def _options(
    context: typer.Context,
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Log every call to QuickBooks."),
) -> None:
    conn_ids = LIGHT.get(context.invoked_subcommand or "")
    if conn_ids is None or not all(map(read_from_environment, conn_ids)):
        # Airflow's SDK puts a log handler on stdout when loaded; ours replaces it: --json wants nothing else.
        import airflow.sdk.bases.hook  # noqa: F401

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("caspen_qbo").setLevel(logging.INFO if verbose else logging.WARNING)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> None:
    """Run a command; errors become one sentence and an exit code. SIGTERM ends it as Ctrl-C does: the run's
    record is closed.
    """
    signal.signal(signal.SIGTERM, _stop)
    try:
        app(prog_name=NAME)
    except SyncError as error:
        say_error(error.message)
        raise SystemExit(TRY_AGAIN_LATER if isinstance(error, RetryError) else 1) from None
