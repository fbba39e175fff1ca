"""Work under way in a workspace, from what is stored: how far it is, and whether QuickBooks lets it go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.ui.visit import Visit


@dataclass(frozen=True, slots=True)
class Progress:
    """One run that has not ended."""

    run_id: str
    job: str
    started_at: datetime
    alive: bool
    """False: it was interrupted; the next run goes on where it ended."""
    sent: int
    refused: int
    due: int
    """Documents that are still to be tried."""
    answered_at: datetime | None
    """QuickBooks' last answer to this run."""
    limit: str
    """Which of QuickBooks' limits holds all calls now; empty: none."""


def read_progress(visit: Visit) -> Progress | None:
    """The newest run of the workspace without an end."""
    store = visit.store.progress
    for run in store.fetch_running():
        found = store.fetch_progress(run["run_id"], run["job"])
        if found is not None:
            return Progress(
                run["run_id"],
                run["job"],
                found["started_at"],
                store.is_worked_on(),
                found["sent"],
                found["refused"],
                found["due"],
                found["answered_at"],
                _limit(visit),
            )
    return None


def _limit(visit: Visit) -> str:
    if visit.connection is None:
        return ""
    try:
        config = QuickBooksHook().config
    except SyncError:
        return ""
    limits = {"batches": config.batches_per_minute, "requests": config.requests_per_minute}
    for kind, most in limits.items():
        if visit.store.progress.count_calls(visit.connection.realm_id, kind) >= most:
            return f"{most:,} {kind} a minute"
    return ""
