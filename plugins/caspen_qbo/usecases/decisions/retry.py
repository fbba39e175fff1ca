"""Retry: a person says that a cause is fixed; the next run tries again."""

import logging
from collections.abc import Sequence

from caspen_qbo.hooks.store import WorkspaceStore

log = logging.getLogger(__name__)


def release(
    store: WorkspaceStore,
    *,
    numbers: Sequence[str] = (),
    error_key: str | None = None,
    cause_ref: str | None = None,
    who: str,
) -> int:
    """Release listed documents: by number, by shared cause, by kind of error, or all where none is given; how
    many. Also deletes the lists read from QuickBooks, since something was changed there. Safe to repeat.

    :param numbers: Document numbers; an invoice's number also releases its payments and credit notes.
    :param cause_ref: What one fix repairs, e.g. ``tax_rate:12``; narrower than ``error_key``.
    """
    if connection := store.setup.fetch_connection():
        store.setup.delete_cached(connection.realm_id)
    if numbers:
        released = store.documents.release_numbers(numbers) + store.left_rows.take_back(numbers)
    elif cause_ref:
        causes = [cause for cause in store.unsynced.fetch_open_causes() if str(cause) == cause_ref]
        released = store.documents.release_causes(causes)
    else:
        released = store.documents.release_key(error_key)
    of = cause_ref or error_key or "-"
    log.info("retry workspace=%d released=%d of=%s who=%s", store.workspace_id, released, of, who)
    return released
