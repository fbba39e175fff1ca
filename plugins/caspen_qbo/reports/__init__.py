"""Finance's report of one stored reconciliation: a self-contained HTML page and a spreadsheet. Made from the
stored run alone, so that the same run gives the same bytes at any later time.
"""

from dataclasses import dataclass

from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.reports.model import ReportModel


@dataclass(frozen=True, slots=True)
class Report:
    run_id: str
    html: str
    xlsx: bytes


def build(store: WorkspaceStore, run_id: str | None = None) -> Report:
    """The report of a finished reconciliation; of the latest one when no run is named.

    :raises ConfigurationError: the workspace has no such finished run.
    """
    from caspen_qbo.reports.page import render_html
    from caspen_qbo.reports.xlsx import render_xlsx

    model = read_model(store, run_id)
    return Report(model.run.run_id, render_html(model), render_xlsx(model))


def build_html(store: WorkspaceStore, run_id: str) -> str:
    """The page alone; raises as :func:`build`."""
    from caspen_qbo.reports.page import render_html

    return render_html(read_model(store, run_id))


def build_xlsx(store: WorkspaceStore, run_id: str) -> bytes:
    """The spreadsheet alone; raises as :func:`build`."""
    from caspen_qbo.reports.xlsx import render_xlsx

    return render_xlsx(read_model(store, run_id))


def read_model(store: WorkspaceStore, run_id: str | None = None) -> ReportModel:
    """What the report shows, as values.

    :raises ConfigurationError: as for :func:`build`.
    """
    run = store.reconciliation.fetch_run(run_id)
    if run is None:
        which = f"run {run_id!r}" if run_id else "any run"
        raise ConfigurationError(
            f"workspace {store.workspace_id}: no finished reconciliation found for {which}. Run one with "
            f"`reconcile --workspace {store.workspace_id}`; a run that failed has no report."
        )
    return ReportModel(run, store.reconciliation.fetch_differences(run.run_id))
