"""Retention: what is older than it is kept goes, of every practice, also of those that left."""

import logging
import time
from collections import Counter

from caspen_qbo import settings
from caspen_qbo.core.monitoring.keeping import TABLES, Kept
from caspen_qbo.errors import WorkspaceBusyError
from caspen_qbo.hooks.storage import ReportStorage
from caspen_qbo.hooks.store import Store, WorkspaceStore
from caspen_qbo.hooks.store.closing.report_files import delete_rows, fetch_old
from caspen_qbo.hooks.store.monitoring.keeping import AGED, HISTORY, LeftPractice

log = logging.getLogger(__name__)

AGE_ALONE = {"read_record", "forgotten"}
"""Records about people who act; they outlive the practice, by their own age."""

SECONDS_A_DAY = 86_400
FILES_TOGETHER = 1000


def prune(store: Store, storage: ReportStorage) -> Counter[str]:
    """Delete it, some rows at a time; how many rows, by table, and ``reports`` files. Safe to repeat and to
    interrupt.

    :raises ReportStorageError: all else is deleted; where reports are kept, it is tried again the next night.
    """
    deleted: Counter[str] = Counter()
    for table in TABLES:
        if table.name in AGED:
            deleted[table.name] += store.keeping.prune(table.name, _days(table.kept))
    deleted["words of requests"] = store.keeping.strip_requests()
    try:
        for left in store.keeping.fetch_left(_days(Kept.IN_USE)):
            deleted.update(_delete_left(store, storage, left))
        _delete_old_reports(store, storage, deleted)
    finally:
        deleted = +deleted
        counts = " ".join(f"{name}={rows}" for name, rows in sorted(deleted.items()))
        log.info("pruned %s", counts or "nothing")
    return deleted


def _delete_old_reports(store: Store, storage: ReportStorage, deleted: Counter[str]) -> None:
    days = settings.REPORTS_KEEP_DAYS
    while old := fetch_old(store.database, days, FILES_TOGETHER):
        storage.delete([f"{file.workspace_id}/{file.name}" for file in old])
        delete_rows(store.database, old)
        deleted["reports"] += len(old)
    deleted["reports"] += storage.delete_old(time.time() - days * SECONDS_A_DAY)


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
        case Kept.REPORTS:
            return settings.REPORTS_KEEP_DAYS
        case Kept.CHECKS:
            return settings.CHECKS_KEEP_DAYS
        case Kept.BOOKS | Kept.IN_USE:
            return settings.BOOKS_KEEP_DAYS


def _delete_left(store: Store, storage: ReportStorage, left: LeftPractice) -> dict[str, int]:
    """The connection last: while it is there, what an interruption left over is found again."""
    tables = [table for table in TABLES if table.name not in AGE_ALONE]
    tables.sort(key=lambda table: table.name == "connection")
    try:
        with store.for_workspace(left.workspace_id).lock(wait_seconds=0):
            realm_id = left.realm_id if left.alone else None
            storage.delete_all(left.workspace_id)  # before the names of what lies there
            return store.keeping.delete(tables, left.workspace_id, realm_id)
    except WorkspaceBusyError:
        return {}
