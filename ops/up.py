"""`make up`: the whole system with Airflow's pages and schedules, until Ctrl-C."""

from __future__ import annotations

import sys
import time

from rich.markup import escape
from rich.table import Table

from ops.demo.books import Company
from ops.demo.practice import make_ready, set_up_practice
from ops.errors import OpsError, exit_with_sentence
from ops.local.environment import airflow_url, sandbox_url
from ops.local.services import LocalSystem, local_system
from ops.paths import AIRFLOW_HOME, HOUSEKEEPING, LOGINS, LOGS, ROOT
from ops.progress import Progress

WATCH_SECONDS = 2.0


@exit_with_sentence
def main() -> int:
    progress = Progress()
    try:
        with local_system(progress) as system:
            with system.api() as api:
                practice = set_up_practice(system, progress)
                make_ready(api, events=True)
            start_housekeeping(system)
            _print_addresses(system, progress)
            with Company(sandbox_url(system.ports), practice.realm) as company:
                return _watch(system, company, progress)
    except KeyboardInterrupt:
        return 0


def start_housekeeping(system: LocalSystem) -> None:
    """What Airflow kept for longer than it is to be kept goes every day, as on a server."""
    system.start("housekeeping", [sys.executable, str(HOUSEKEEPING)], system.env, AIRFLOW_HOME)


def _print_addresses(system: LocalSystem, progress: Progress) -> None:
    url = airflow_url(system.ports)
    table = Table("role and login", "password", title="Logins", title_justify="left")
    for name, password in system.credentials.logins.items():
        table.add_row(name, password)
    progress.line("everything is running")
    progress.console.print()
    progress.console.print(f"Airflow           {url}")
    progress.console.print(f"QuickBooks pages  {url}/quickbooks/")
    progress.console.print(f"Sandbox           {sandbox_url(system.ports)}")
    progress.console.print(table)
    progress.console.print(
        f"The logins are kept in {LOGINS.relative_to(ROOT)}, the logs in {LOGS.relative_to(ROOT)}/. "
        "Ctrl-C stops everything."
    )


def _watch(system: LocalSystem, company: Company, progress: Progress) -> int:
    """Wait for Ctrl-C. A service that ends on its own is reported at once, and the rest is stopped."""
    while True:
        time.sleep(WATCH_SECONDS)
        try:
            system.check()
            # The sandbox writes its state when it ends. If it is killed instead, little is lost.
            company.save_if_used()
        except OpsError as error:
            progress.console.print(f"\nerror: {escape(str(error))}", style="red")
            return 1


if __name__ == "__main__":
    sys.exit(main())
