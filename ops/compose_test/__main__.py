"""`make compose-test`. Its log is var/compose-test/log.txt; exit 0 also where no Docker engine can be had."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.table import Table

from ops.compose_test.breaking import IMPORT, KILLS, POST, RECONCILE, Survived, require_success, survive
from ops.compose_test.engine import NoEngineError, docker_engine, have_images
from ops.compose_test.practice import Sums, Trial
from ops.compose_test.stack import WORKERS, Stack
from ops.demo.books import Company
from ops.demo.day import take_payments
from ops.demo.practice import DAG_IDS, EVENTS_DAG, REALM
from ops.errors import exit_with_sentence
from ops.local.airflow_api import AirflowApi
from ops.local.ports import free_port
from ops.paths import ROOT, VAR
from ops.progress import Progress

FOLDER = Path(os.environ.get("COMPOSE_TEST_FOLDER") or VAR / "compose-test")
LOG = FOLDER / "log.txt"
STARTED_SECONDS = 300


class Both:
    """A text file that writes to two."""

    def __init__(self, *files: TextIO) -> None:
        self._files = files

    def write(self, text: str) -> int:
        for file in self._files:
            file.write(text)
        return len(text)

    def flush(self) -> None:
        for file in self._files:
            file.flush()


@exit_with_sentence
def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with LOG.open("w") as log:
        progress = Progress(Console(file=Both(sys.stdout, log), highlight=False, width=140))  # type: ignore[arg-type]
        try:
            return _run(progress)
        except NoEngineError as error:
            progress.line("*" * 100)
            progress.line(f"SKIPPED: docker-compose.yaml was NOT tried, because {error}.")
            progress.line("*" * 100)
            return 0
        except Exception as error:
            progress.line(f"FAILED: {error}")
            raise


def _run(progress: Progress) -> int:
    with docker_engine(FOLDER, progress) as engine:
        env_file = _env_file()
        stack = Stack(engine, env_file, free_port(), free_port(), free_port())
        names = [stack.settings[f"{name}_IMAGE"] for name in ("REDIS", "POSTGRES", "AIRFLOW")]
        progress.line(f"{', '.join(names)}: {have_images(engine, FOLDER, names, progress)}")
        with progress.step("our two images built"):
            stack.build()
        with _running(stack, progress), Company(stack.sandbox_url, REALM) as company:
            trial = Trial(stack, company)
            with AirflowApi(stack.airflow_url) as api:
                api.warm(STARTED_SECONDS)
                api.sign_in(stack.settings["ADMIN_NAME"], stack.settings["ADMIN_PASSWORD"])
                first = _day(trial, api, progress)
                survived, last = _break(trial, api, progress)
            stack.wait_healthy()
            progress.line("every service is healthy again, as Docker itself says")
        _print(progress, first, survived, last)
    return 0


def _env_file() -> Path:
    """What `make env` writes, made afresh: the volumes are, too."""
    path = FOLDER / "trial.env"
    path.unlink(missing_ok=True)
    script = ROOT / "ops" / "compose" / "make-env"
    subprocess.run([str(script), str(path)], check=True, capture_output=True)
    return path


@contextmanager
def _running(stack: Stack, progress: Progress) -> Iterator[None]:
    """The whole system for the length of the block; nothing of it is left behind."""
    stack.down()
    try:
        with progress.step(f"everything up, {WORKERS} workers, profile sandbox"):
            stack.up()
            stack.wait_healthy()
        ended = {name: stack.ended_with(name) for name in ("airflow-init", "sample-practice")}
        progress.line(f"every service healthy; ended: {ended}")
        yield
    except BaseException:
        (FOLDER / "services.txt").write_text(stack.logs(lines=2000))
        raise
    finally:
        with progress.step("stopped and removed"):
            stack.down()


def _day(trial: Trial, api: AirflowApi, progress: Progress) -> Sums:
    """A practice's day through Airflow's scheduler and the workers."""
    with progress.step("connected with a token on standard input, configured, examined by the doctor"):
        trial.set_up()
    api.wait_for_dags(DAG_IDS)
    api.unpause(DAG_IDS - {EVENTS_DAG})
    with progress.step(f"DAG {POST}"):
        require_success(api, POST)
    take_payments(trial.company, trial.company.read(), trial.practice, progress)
    for dag_id in (IMPORT, RECONCILE):
        with progress.step(f"DAG {dag_id}"):
            require_success(api, dag_id)
    sums = trial.check([])
    progress.line(
        f"the day is equal to the cent: {sums.invoices} invoices, {sums.payments} payments, "
        f"{sums.credit_notes} credit notes"
    )
    return sums


def _break(trial: Trial, api: AirflowApi, progress: Progress) -> tuple[list[Survived], Sums]:
    survived = []
    for kill in KILLS:
        with progress.step(f"{kill.service}: killed, back, equal to the cent, nothing twice, nothing lost"):
            done, numbers = survive(kill, trial, api, progress)
            trial.receive(numbers, kill.service)
            require_success(api, IMPORT)
            trial.check(numbers)
        survived.append(done)
    require_success(api, RECONCILE)
    return survived, trial.check([])


def _print(progress: Progress, first: Sums, survived: list[Survived], last: Sums) -> None:
    columns = ("killed", "posted before", "away", "run ended after", "tries", "as")
    table = Table(*columns, title="Kills in the middle of a run", title_justify="left")
    for row in survived:
        figures = (f"{row.before} of {row.new}", f"{row.away_seconds:.0f} s", f"{row.run_seconds:.0f} s")
        table.add_row(row.service, *figures, str(row.tries), row.state)
    progress.console.print(table)
    for name, sums in (("after the day", first), ("at the end", last)):
        progress.line(
            f"{name}: {sums.invoices} invoices synced, {sums.payments} payments, {sums.credit_notes} credit "
            f"notes, {sums.invoiced} AUD invoiced in QuickBooks; 0 differ, 0 twice, 0 lost"
        )


if __name__ == "__main__":
    sys.exit(main())
