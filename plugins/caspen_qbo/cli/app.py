"""All commands of ``python -m caspen_qbo`` and what their exit codes mean."""

from __future__ import annotations

import logging
import sys

import typer

from caspen_qbo.cli import backfill, choices, heartbeat, history, jobs, keys, lists, report, setup
from caspen_qbo.errors import RetryError, StopError, SyncError

app = typer.Typer(
    name="caspen_qbo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Caspen to QuickBooks Online. "
    "Exit codes: 0 done, 1 a person must act, 2 wrong use, 75 try again later.",
)
for module in (setup, jobs, lists, backfill, history, heartbeat, report, choices, keys):
    module.register(app)


@app.callback()
def _options(
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Log every call to QuickBooks."),
) -> None:
    # Airflow's SDK puts a log handler of its own on stdout when it is loaded; after it, ours takes the place:
    # a reader of --json wants nothing else there.
    import airflow.sdk.bases.hook  # noqa: F401

    logging.basicConfig(
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(message)s",
        level=logging.WARNING,
        force=True,
    )
    logging.getLogger("caspen_qbo").setLevel(logging.INFO if verbose else logging.WARNING)


def main() -> None:
    """Run a command; errors become one sentence and an exit code."""
    try:
        app()
    except RetryError as error:
        print(error.message, file=sys.stderr)
        raise SystemExit(75) from None  # EX_TEMPFAIL of sysexits.h
    except StopError as error:
        print(error.message, file=sys.stderr)
        raise SystemExit(1) from None
    except SyncError as error:
        print(error.message, file=sys.stderr)
        raise SystemExit(1) from None
