"""The second story of the crash sweep: what is posted was changed by the staff; the run that follows is
killed.

Updates, voids, deletions and removed applications leave in that run; the first story has creations only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from caspen_seed import Staff
from ops.local.postgres import Database
from tests.support import crash
from tests.support.crash_sweep import Story, run_post
from tests.support.fault_storm import Picture, build_practice, change_practice, picture_of
from tests.support.flow import WORKSPACE, Flow
from tests.support.services import Sandbox

DOCUMENTS = 40


@dataclass
class Changes(Story):
    """Posted, changed; the first telling, without a crash, says how all others must end."""

    expected: Picture | None = None

    def build(self, flow: Flow) -> None:
        build_practice(flow, DOCUMENTS)

    def before(self, caspen: Database, sync: Database, sandbox: Sandbox) -> None:
        outcome, _ = crash.fork(run_post)
        assert outcome == crash.COMPLETED
        with _opened(caspen, sync, sandbox) as flow:
            change_practice(flow)

    def faults(self, caspen: Database, sync: Database, sandbox: Sandbox) -> list[str]:
        with _opened(caspen, sync, sandbox) as flow:
            seen = picture_of(flow)
            [(unconfirmed,)] = flow.sync_rows(
                "SELECT count(*) FROM qbo_sync.request WHERE state = 'prepared'"
            )
        if self.expected is None:
            self.expected = seen
        found = [f"{number} more of {thing}" for thing, number in (seen - self.expected).items()]
        found += [f"{number} fewer of {thing}" for thing, number in (self.expected - seen).items()]
        found += [f"listed: {thing}" for thing in seen if thing[0] == "listed"]
        return found + ([f"{unconfirmed} requests still unconfirmed"] if unconfirmed else [])


@contextmanager
def _opened(caspen: Database, sync: Database, sandbox: Sandbox) -> Iterator[Flow]:
    with psycopg.connect(caspen.uri, autocommit=True) as connection:
        flow = Flow(Staff(connection, WORKSPACE), sandbox, connection, sync)
        flow.rates = dict(flow.caspen_rows("SELECT name, id FROM caspen.tax_rate"))
        yield flow
