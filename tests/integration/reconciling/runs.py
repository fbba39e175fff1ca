"""Starting the reconciliation the way the command line does."""

from __future__ import annotations

from caspen_qbo import wiring
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_qbo.usecases.shared.jobs import RunResult
from tests.support.flow import Flow


def run(flow: Flow, *, full: bool = False, run_id: str | None = None) -> RunResult:
    with wiring.open_session(flow.workspace_id, run_id or wiring.new_run_id("reconcile")) as session:
        return reconcile(session, full=full)
