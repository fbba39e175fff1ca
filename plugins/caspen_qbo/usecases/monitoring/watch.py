"""Looking for new work: one statement to each database, however many practices there are."""

from datetime import timedelta

from caspen_qbo import settings
from caspen_qbo.core.monitoring.watch import Memory, News, decide_news
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import Store

OVERLAP = timedelta(seconds=settings.CASPEN_CURSOR_OVERLAP_SECONDS)


def look_for_work(store: Store, billing: CaspenBilling, memory: Memory) -> News:
    """Reads only; :class:`News` says what is new since ``memory``, and what to remember.

    :raises RetryError: a database did not answer.
    """
    watched = {one.workspace_id: one for one in store.practices.fetch_watched()}
    since = {id_: one.position - OVERLAP for id_, one in watched.items() if one.position is not None}
    moved = billing.fetch_newest(since) if since else {}
    return decide_news(watched, moved, memory)
