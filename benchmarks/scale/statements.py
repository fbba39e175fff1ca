"""How many statements finding the work of a job takes, in both databases together."""

from __future__ import annotations

from benchmarks.scale.at_once import JOBS, count_statements
from tests.support.flow import Flow
from tests.support.standalone import Services

OTHERS = 200
"""Connected practices without work. A test of the suite shows that their number changes nothing."""
CONNECTED = """
INSERT INTO qbo_sync.connection (workspace_id, realm_id, status)
SELECT n, 'idle' || n, 'connected' FROM generate_series(1000, 999 + %s::int) n RETURNING 1
"""
WORKSPACES = """
INSERT INTO caspen.workspace (id, name) OVERRIDING SYSTEM VALUE
SELECT n, 'Practice ' || n FROM generate_series(1000, 999 + %s::int) n RETURNING 1
"""


def measure(started: Services) -> dict[str, int]:
    """By job."""
    caspen, sync = started.caspen.create(), started.sync.create()
    started.prepare_for(caspen, sync)
    flow = Flow.open(caspen, sync, started.sandbox)
    try:
        flow.caspen_rows(WORKSPACES, OTHERS)
        flow.sync_rows(CONNECTED, OTHERS)
        return {job: count_statements(job)[0] for job in JOBS.values()}
    finally:
        flow.close()
