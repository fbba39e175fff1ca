"""Staff, bookkeepers, crashes and faults in any order, and then the list is cleared: nothing doubled, no
person's work overwritten, and every listed row closed by what its words say.

`LIFE_EXAMPLES=200 LIFE_STEPS=40 LIFE_FIRST=1 LIFE_EVERY=2 pytest -s` on this file lives the odd half of two
hundred histories; `python -m tests.support.lives` does so without stopping at a failure.
"""

from __future__ import annotations

import os

import pytest

from ops.local.postgres import PostgresServer
from tests.support.flow import Flow
from tests.support.lives.history import Figures, draw, live
from tests.support.lives.stage import Stage
from tests.support.services import DatabaseFactory, Sandbox, airflow_connections

EXAMPLES = int(os.environ.get("LIFE_EXAMPLES", "0"))
STEPS = int(os.environ.get("LIFE_STEPS", "10"))
SAMPLE = (1, 2, 3)
SEEDS = range(int(os.environ.get("LIFE_FIRST", "1")), EXAMPLES + 1, int(os.environ.get("LIFE_EVERY", "1")))


@pytest.mark.slow
@pytest.mark.timeout(36000)
def test_whatever_happens_in_any_order_every_listed_row_has_a_way_out(
    postgres_server: PostgresServer,
    caspen_databases: DatabaseFactory,
    sync_databases: DatabaseFactory,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caspen, sync = caspen_databases.create(), sync_databases.create()
    for name, value in airflow_connections(caspen, sync, sandbox).items():
        monkeypatch.setenv(name, value)
    Flow.open(caspen, sync, sandbox).close()
    stage, figures = Stage(postgres_server, caspen, sync, sandbox), Figures()
    for seed in SEEDS if EXAMPLES else SAMPLE:
        with stage.practice() as flow:
            live(flow, draw(seed, STEPS), figures)
    print(figures)
