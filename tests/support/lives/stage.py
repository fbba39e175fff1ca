"""Where histories take place: prepared databases, of which each history has copies of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from caspen_seed import Staff
from ops.local.postgres import Database, PostgresServer
from tests.support.crash_sweep import fresh_copy
from tests.support.flow import REALM, WORKSPACE, Flow
from tests.support.services import Sandbox


@dataclass
class Stage:
    """A connected, configured practice without any invoice."""

    server: PostgresServer
    caspen: Database
    sync: Database
    sandbox: Sandbox
    _names: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def practice(self) -> Iterator[Flow]:
        name = f"life{next(self._names)}"
        with fresh_copy(self.server, self.caspen, self.sync, self.sandbox, name) as (caspen, sync):
            with psycopg.connect(caspen.uri, autocommit=True) as connection:
                flow = Flow(Staff(connection, WORKSPACE), self.sandbox, connection, sync)
                flow.rates = dict(flow.caspen_rows("SELECT name, id FROM caspen.tax_rate"))
                flow.door(f"{REALM}/person/reconnect")
                flow.connect()
                yield flow
