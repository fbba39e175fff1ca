"""Looking for new work: a few statements to each database, however many practices there are."""

from datetime import timedelta

from caspen_qbo import settings
from caspen_qbo.core.monitoring.watch import Memory, News, decide_news, leave_taken_in, plan_look
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.caspen.reads import NEWEST_MOST
from caspen_qbo.hooks.store import Store

OVERLAP = timedelta(seconds=settings.CASPEN_CURSOR_OVERLAP_SECONDS)


def look_for_work(store: Store, billing: CaspenBilling, memory: Memory) -> News:
    """Reads only; :class:`News` says what is new since ``memory``, and what to remember.

    :raises RetryError: a database did not answer.
    """
    practices = store.practices
    # Where a run is at work first: elsewhere none has written to Caspen by the time it is read.
    watched = {one.workspace_id: one for one in practices.fetch_watched()}
    busy = practices.fetch_busy(watched)
    since = plan_look(watched, busy, OVERLAP)
    rows = billing.fetch_newest(since) if since else []
    taken_in = practices.fetch_taken_in(rows) if rows else set()
    return decide_news(watched, leave_taken_in(rows, taken_in, NEWEST_MOST), memory, busy)
