"""Recording who read or downloaded what. Never fails what was read."""

import logging
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from caspen_qbo.hooks.store import Store, WorkspaceStore
from caspen_qbo.hooks.store.monitoring.readers import Read, record_in_all

log = logging.getLogger(__name__)

SAME_SECONDS = 300.0
"""A page opened again by the same person within this time is one read: pages refresh automatically."""
REMEMBERED_MAX = 10_000
WHAT_MAX = 500

_lately: dict[tuple[str, int, str, str], float] = {}
_lock = threading.Lock()


def record_read(store: WorkspaceStore, who: str, what: str, *, downloaded: bool) -> None:
    """:param downloaded: A file; each one is recorded."""
    if not downloaded and not _is_new((store.database.conn_id, store.workspace_id, who, what)):
        return
    try:
        store.readers.record(Read(datetime.now(UTC), who, what[:WHAT_MAX], downloaded))
    except Exception as error:  # noqa: BLE001 - what was read has been read
        log.warning("read not recorded workspace=%d error=%s", store.workspace_id, type(error).__name__)


def record_reads(
    store: Store, who: str, what: str, workspace_ids: Iterable[int], *, downloaded: bool
) -> None:
    """The same for each of several practices that are shown on one page, or are in one file."""
    new = [id_ for id_ in workspace_ids if downloaded or _is_new((store.database.conn_id, id_, who, what))]
    read = Read(datetime.now(UTC), who, what[:WHAT_MAX], downloaded)
    try:
        record_in_all(store.database, new, read)
    except Exception as error:  # noqa: BLE001 - what was read has been read
        log.warning("reads not recorded practices=%d error=%s", len(new), type(error).__name__)


def _is_new(read: tuple[str, int, str, str]) -> bool:
    """Whether this process has not recorded it lately."""
    now = time.monotonic()
    with _lock:
        if now - _lately.get(read, now - SAME_SECONDS) < SAME_SECONDS:
            return False
        if len(_lately) >= REMEMBERED_MAX:
            _lately.clear()
        _lately[read] = now
    return True
