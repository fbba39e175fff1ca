"""All practices side by side, kept up to date by runs and by those who look."""

from collections.abc import Collection
from dataclasses import replace

from caspen_qbo.core.monitoring.overview import PracticeRow
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.monitoring.overview import OverviewQuery
from caspen_qbo.settings import QUIET_AT_MOST


def refresh_all(store: Store, billing: CaspenBilling) -> None:
    """Every practice that Caspen has, and no other. Safe to repeat."""
    workspaces = billing.fetch_workspaces()
    store.overview.refresh(workspaces.values(), QUIET_AT_MOST)
    store.overview.forget_others(workspaces)


def fetch_page(
    store: Store,
    billing: CaspenBilling,
    query: OverviewQuery,
    visible: Collection[int] | None,
    *,
    page_size: int,
    skip: int = 0,
) -> list[PracticeRow]:
    """One page of the overview: its order is that of the last refresh of each practice, its figures are read
    now. The same few statements however many practices there are, unless Caspen has gained or lost one.

    :param visible: Workspace ids that may be seen; None for all.
    """
    if store.overview.count() != billing.count_workspaces():
        refresh_all(store, billing)
    rows = store.overview.fetch(query, visible, page_size=page_size, skip=skip)
    if not rows:
        return []
    shown = [row.workspace_id for row in rows]
    store.overview.refresh(billing.fetch_workspaces(shown).values(), QUIET_AT_MOST)
    now = {
        row.workspace_id: row
        for row in store.overview.fetch(OverviewQuery(month=query.month), shown, page_size=len(shown), skip=0)
    }
    found = rows[0].found
    return [replace(now[each], found=found) for each in shown if each in now]
