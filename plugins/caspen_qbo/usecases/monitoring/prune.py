"""Retention: what is older than it is kept goes, of every practice, also of those that left."""

import logging
import time
from collections import Counter
from collections.abc import Callable

from caspen_qbo import settings
from caspen_qbo.core.monitoring.keeping import TABLES, Kept
from caspen_qbo.errors import WorkspaceBusyError
from caspen_qbo.hooks.store import Store, WorkspaceStore
from caspen_qbo.hooks.store.monitoring.keeping import AGED, HISTORY, LeftPractice

log = logging.getLogger(__name__)

AGE_ALONE = {"read_record", "forgotten"}
"""Records about people who act; they outlive the practice, by their own age."""

SECONDS_A_DAY = 86_400


def prune(store: Store, delete_old_reports: Callable[[float], int]) -> Counter[str]:
    """Delete it, some rows at a time; how many rows, by table, and ``reports`` files. Safe to repeat and to
    interrupt.
    """
    deleted: Counter[str] = Counter()
    for table in TABLES:
        if table.name in AGED:
            deleted[table.name] += store.keeping.prune(table.name, _days(table.kept))
    deleted["words of requests"] = store.keeping.strip_requests()
    for left in store.keeping.fetch_left(_days(Kept.IN_USE)):
        deleted.update(_delete_left(store, left))
    deleted["reports"] = delete_old_reports(time.time() - settings.REPORTS_KEEP_DAYS * SECONDS_A_DAY)
    deleted = +deleted
    log.info("pruned %s", " ".join(f"{name}={rows}" for name, rows in sorted(deleted.items())) or "nothing")
    return deleted


def prune_history(store: WorkspaceStore) -> None:
    """The history of one practice, as its nightly reconciliation does."""
    for table in HISTORY:
        store.keeping.prune(table, _days(Kept.HISTORY), store.workspace_id)


def _days(kept: Kept) -> int:
    """How long it is kept; what is in use, counted from the day the practice was disconnected."""
    match kept:
        case Kept.HISTORY:
            return settings.HISTORY_KEEP_DAYS
        case Kept.NOTES:
            return settings.NOTES_KEEP_DAYS
        case Kept.READS:
            return settings.READS_KEEP_DAYS
        case Kept.CHECKS:
            return settings.CHECKS_KEEP_DAYS
        case Kept.BOOKS | Kept.IN_USE:
            return settings.BOOKS_KEEP_DAYS


def _delete_left(store: Store, left: LeftPractice) -> dict[str, int]:
    """The connection last: while it is there, what an interruption left over is found again."""
    tables = [table for table in TABLES if table.name not in AGE_ALONE]
    tables.sort(key=lambda table: table.name == "connection")
    try:
        with store.for_workspace(left.workspace_id).lock(wait_seconds=0):
            realm_id = left.realm_id if left.alone else None
            return store.keeping.delete(tables, left.workspace_id, realm_id)
    except WorkspaceBusyError:
        return {}
